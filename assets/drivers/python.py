# Calls one function of a Python module again and again, and reports the outcomes by value.
#
#     python3 python.py TARGET ROOT MODULE NAME [GENERATOR FUNCTION]
#
# src/task/calls/driver.rs documents the arguments, the standard input and the standard output.
# Works with Python 3.8 and later, and needs nothing but the standard library.
import ast
import base64
import collections
import dis
import functools
import gc
import importlib
import importlib.machinery
import importlib.util
import inspect
import io
import itertools
import json
import keyword
import linecache
import marshal
import math
import operator
import os
import random
import re
import stat
import sys
import time
import types
import warnings
import weakref

CAP = 1_000_000  # items that are taken from an iterator at most
LARGE = 1_000_000  # characters of one value, above which only its digest is given
ENCODINGS = 4  # passes whose outcomes are encoded, whatever the number of passes is
DEEPEST = 40  # levels of one value before the rest of it goes into its table


# ---------------------------------------------------------------------------------------------- words


def say(kind, sentence):
    sentence = " ".join(str(sentence).split())
    os.write(ERR, ("reheat: %s: %s\n" % (kind, sentence)).encode("utf-8", "backslashreplace"))


def fail(sentence):
    say("failed", sentence)
    remove_folders()
    os._exit(1)


def remove_folders():
    for folder in FOLDERS:
        # What Python compiled of the file is there as well.
        for above, _, files in os.walk(folder, topdown=False):
            try:
                for file in files:
                    os.unlink(os.path.join(above, file))
                os.rmdir(above)
            except OSError:
                pass


def complaint(error):
    """The message of an exception, in one line."""
    try:
        text = str(error)
    except BaseException:
        text = ""
    name = type_name(type(error))
    return name + ": " + text if text else name


def type_name(kind):
    module, name = getattr(kind, "__module__", None), getattr(kind, "__qualname__", str(kind))
    return name if module in (None, "builtins") else "%s.%s" % (module, name)


# ----------------------------------------------------------------------------- the streams of the process


class Wire(io.RawIOBase):
    """What the function prints: kept while a pass is looked at, dropped otherwise."""

    def __init__(self):
        self.parts = None
        self.count = 0  # bytes in all

    def writable(self):
        return True

    def fileno(self):
        return 1  # which leads nowhere

    def write(self, data):
        self.count += len(data)
        if self.parts is not None:
            self.parts.append(bytes(data))
        return len(data)


class Muttering(io.RawIOBase):
    """Standard error: the first of it goes out, so that it cannot grow with the number of passes."""

    left = 100_000
    parts = None  # kept while a pass is looked at
    muted = 0  # what other outcomes tell of already: log records, warnings
    count = 0  # bytes in all, without those

    def writable(self):
        return True

    def write(self, data):
        if not self.muted:
            self.count += len(data)
        if self.parts is not None and not self.muted:
            self.parts.append(bytes(data))
        if self.left > 0:
            part = bytes(data)[: self.left]
            self.left -= len(part)
            os.write(ERR, part)
        return len(data)


def take_streams():
    """Reads all input, keeps descriptors 1 and 2 for ourselves and gives the program stand-ins."""
    global OUT, ERR, WIRE, MUTTERING, OUR_STDERR
    given = sys.stdin.buffer.read()
    sys.stdout.flush()
    OUT, ERR = os.dup(1), os.dup(2)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    WIRE = Wire()
    text = functools.partial(io.TextIOWrapper, encoding="utf-8", errors="backslashreplace")
    sys.stdout = sys.__stdout__ = text(io.BufferedWriter(WIRE))
    MUTTERING = Muttering()
    sys.stderr = sys.__stderr__ = text(io.BufferedWriter(MUTTERING, 1), write_through=True)
    OUR_STDERR = sys.stderr
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BytesIO(b""), encoding="utf-8")
    return given


def printed():
    """What was printed since the last time."""
    try:
        OURS.flush()
    except ValueError:  # the program closed it
        pass
    text, WIRE.parts[:] = b"".join(WIRE.parts), []
    return text.decode("utf-8", "backslashreplace")


# --------------------------------------------------------------------------------------------- loading


class Loader(importlib.machinery.SourceFileLoader):
    """Loads a module of the project from a text that was compiled once; the target's text is the version's."""

    def get_code(self, fullname):
        code = CODES.get(fullname)
        if code is None:
            if fullname == NAME:
                # Never the project's own file, nor what Python has compiled of it.
                code = compile(TEXT, FILE, "exec", dont_inherit=True)
            else:
                code = super().get_code(fullname)
            CODES[fullname] = code
        return code

    def get_source(self, fullname):
        return TEXT if fullname == NAME else super().get_source(fullname)

    def exec_module(self, module):
        # A package that is loaded anew finds those of its modules that are not as its attributes.
        start = module.__name__ + "."
        for name, known in list(sys.modules.items()):
            if name.startswith(start) and "." not in name[len(start) :] and known is not None:
                setattr(module, name[len(start) :], known)
        super().exec_module(module)


class Finder:
    """Puts the version's text in the place of the project's file, under the module's real name."""

    @staticmethod
    def find_spec(fullname, path=None, target=None):
        if fullname == "multiprocessing.util":
            tell_children()
        if fullname == NAME:
            where = [os.path.dirname(FILE)] if os.path.basename(FILE) == "__init__.py" else None
            loader = Loader(fullname, FILE)
            return importlib.util.spec_from_file_location(
                fullname, FILE, loader=loader, submodule_search_locations=where
            )
        if fullname == GENERATOR_NAME and GENERATOR:
            loader = Loader(fullname, GENERATOR)
            return importlib.util.spec_from_file_location(fullname, GENERATOR, loader=loader)
        if fullname in FRESH:
            spec = importlib.machinery.PathFinder.find_spec(fullname, path)
            if spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader:
                spec.loader = Loader(fullname, spec.loader.path)
            return spec
        return None


CHILDREN = """# Gives a Python that is started from the calls the version's text in the place of the project's file.
import importlib.machinery
import importlib.util
import os
import sys

TEXTS = %r


class Loader(importlib.machinery.SourceFileLoader):
    def get_data(self, path):
        if path.endswith(".py"):
            path = TEXTS[self.name][0]
        return super().get_data(path)

    def get_code(self, name):
        # Never what Python has compiled of the project's file.
        return compile(self.get_data(self.path), self.path, "exec", dont_inherit=True)


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in TEXTS:
            return None
        file = TEXTS[name][1]
        where = [os.path.dirname(file)] if os.path.basename(file) == "__init__.py" else None
        return importlib.util.spec_from_file_location(name, file, loader=Loader(name, file), submodule_search_locations=where)


sys.meta_path.insert(0, Finder)
# Another file of this name is run as well.
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [folder for folder in sys.path if folder != here]
del sys.modules["sitecustomize"]
try:
    import sitecustomize
except ImportError:
    sys.modules["sitecustomize"] = sys.modules[__name__] if __name__ in sys.modules else Finder
"""


def tell_children():
    """Has processes that are started anew, not as copies of this one, find the version's text too."""
    texts = {NAME: (os.path.abspath(TARGET), FILE)}
    if GENERATOR:
        texts[GENERATOR_NAME] = (GENERATOR, GENERATOR)
    # Never the folder that the calls run in: what is there may be listed, or imported.
    folder = os.path.join(os.environ.get("TMPDIR") or "/tmp", "reheat-" + os.urandom(8).hex())
    try:
        os.mkdir(folder, 0o700)
        FOLDERS.append(folder)
        with open(os.path.join(folder, "sitecustomize.py"), "w", encoding="utf-8") as file:
            file.write(CHILDREN % texts)
    except OSError as error:
        fail("%s starts processes, which find the version's text by a file for which there is no room: %s" % (MODULE, complaint(error)))
    others = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = folder + (os.pathsep + others if others else "")


def module_name(root, module, text):
    """The dotted name under which the project itself imports a file, and the folder it is found from."""
    folder, base = os.path.split(os.path.join(root, module))
    stem = os.path.splitext(base)[0]
    parts = [] if stem == "__init__" else [stem]
    has = lambda where: os.path.isfile(os.path.join(where, "__init__.py"))
    inside = lambda where: len(where) > len(root) and where.startswith(root)
    # So many levels up as a relative import goes, the folders are packages, whether they say so or not.
    levels = 0
    try:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom):
                levels = max(levels, node.level - (stem == "__init__"))
    except (SyntaxError, ValueError, RecursionError):
        pass
    above = folder
    while inside(above) and not has(above):
        above = os.path.dirname(above)
    if inside(above):  # a package above that lacks __init__.py in between
        levels = max(levels, os.path.relpath(folder, above).count(os.sep) + (above != folder))
    while (levels > 0 or has(folder) or stem == "__init__") and os.path.dirname(folder) != folder:
        if not inside(folder) and levels <= 0 and stem != "__init__":
            break
        folder, part = os.path.split(folder)
        parts.insert(0, part)
        levels, stem = levels - 1, ""
    return ".".join(parts), folder


def import_fresh(names):
    """Imports some modules anew; the rest of what is loaded stays."""
    for name in FRESH:
        sys.modules.pop(name, None)
    for name in names:
        importlib.import_module(name)
    return Instance({name: sys.modules[name] for name in FRESH if name in sys.modules})


class Instance:
    """One instance of the modules that are loaded anew, ready to be made the one that an import finds."""

    __slots__ = ("modules", "attributes")

    def __init__(self, modules):
        self.modules, self.attributes = modules, []
        for name, module in modules.items():
            package, _, last = name.rpartition(".")
            package = modules.get(package) or sys.modules.get(package)
            if package is not None:
                self.attributes.append((vars(package), last, module))

    def put(self):
        sys.modules.update(self.modules)
        for names, last, module in self.attributes:
            names[last] = module


def ours(module):
    where = getattr(module, "__file__", None) or ""
    inside = where.startswith(ROOT + os.sep) and not re.search(r"[/\\](site|dist)-packages[/\\]", where)
    return inside and where.endswith(".py")


def to_be_fresh(roots):
    """The target's module, and what must be loaded anew with it: modules that the calls reach and that hold
    on to something of the target's."""
    modules = {n: m for n, m in list(sys.modules.items()) if n in roots or n == NAME or ours(m)}
    uses = {}
    for name, module in modules.items():
        reached = uses[name] = set()
        for value in list(vars(module).values()):
            if isinstance(value, types.ModuleType):
                reached.add(value.__name__)
            else:
                reached.add(getattr(value, "__module__", None))
                if isinstance(value, type):
                    reached.update(base.__module__ for base in value.__mro__)
        reached &= modules.keys()
        reached.discard(name)
    uses[NAME] |= LATER & modules.keys()

    def closure(start, step):
        seen, todo = set(start), list(start)
        while todo:
            for other in step(todo.pop()) - seen:
                seen.add(other)
                todo.append(other)
        return seen

    forth = closure(roots, lambda n: uses.get(n, set()))
    back = closure({NAME}, lambda n: {m for m in uses if n in uses[m]})
    return (forth & back) | {NAME}


class Reach:
    """Modules whose code the calls can reach, as far as names tell: followed from the function, and from the classes of
    its arguments, through the names that code uses. A method counts as used where some code uses its name."""

    def __init__(self, known):
        self.known, self.found = known, set()
        self.seen, self.todo, self.names, self.waiting = set(), [], set(), {}
        self.edges, self.here = {}, None

    def edge(self, other):
        if self.here is not None and self.here != other:
            self.edges.setdefault(self.here, set()).add(other)

    def visit(self, value):
        kind = type(value)
        self.edge(getattr(value, "__module__", None))
        if kind not in LEAVES and kind not in (list, tuple, dict, set, frozenset) and id(value) not in self.seen:
            self.seen.add(id(value))
            self.todo.append(value)

    def kind(self, kind, made_before=False):
        """A class; of one whose objects were made before the calls, not what makes them."""
        outer, self.here = self.here, kind.__module__
        for base in getattr(kind, "__mro__", ()):
            self.edge(base.__module__)
            if base.__module__ not in self.known or (base, made_before) in self.seen:
                continue
            self.seen.add((base, made_before))
            self.found.add(base.__module__)
            for name, inner in list(vars(base).items()):
                special = name.startswith("__") and not (made_before and name in ("__init__", "__new__"))
                if special or name in self.names:
                    self.visit(inner)
                else:
                    self.waiting.setdefault(name, []).append(inner)
        self.here = outer

    def run(self):
        while self.todo:
            value = self.todo.pop()
            self.here = getattr(value, "__module__", None)
            for inner in ("__wrapped__", "__func__", "func", "fget", "fset"):
                try:
                    self.visit(getattr(value, inner, None))
                except Exception:
                    pass
            if isinstance(value, type):
                self.kind(value)
            elif isinstance(value, types.FunctionType):
                self.function(value)
            elif not isinstance(value, types.ModuleType):
                self.kind(type(value), True)
        return self.found

    def function(self, function):
        if function.__module__ not in self.known:
            return
        self.found.add(function.__module__)
        names, codes, all_codes = set(), [function.__code__], []
        while codes:
            code = codes.pop()
            all_codes.append(code)
            names.update(code.co_names)
            codes.extend(c for c in code.co_consts if isinstance(c, types.CodeType))
        for name in names - self.names:
            for inner in self.waiting.pop(name, ()):
                self.visit(inner)
        self.names |= names
        others = {name: function.__globals__.get(name) for name in names}
        for other in [cell.cell_contents for cell in function.__closure__ or () if not empty(cell)]:
            others[id(other)] = other
        modules = {}
        for name, other in others.items():
            if isinstance(other, types.ModuleType):
                modules[name] = other
            elif isinstance(other, (list, tuple, set, frozenset)):
                for inner in list(other)[:1000]:
                    self.visit(inner)
            elif type(other) is dict:
                for inner in list(other.values())[:1000]:
                    self.visit(inner)
            else:
                self.visit(other)
        if modules:
            self.through(modules, all_codes)

    def through(self, modules, codes):
        """What code takes out of modules by their attributes."""
        for code in codes:
            holder = None
            for step in dis.get_instructions(code):
                attribute = step.opname in ("LOAD_ATTR", "LOAD_METHOD")
                if attribute and holder is not None:
                    inner = vars(holder).get(step.argval)
                    if isinstance(inner, types.ModuleType):
                        holder = inner
                        continue
                    origin = getattr(inner, "__module__", None)
                    if origin in self.known:
                        self.found.add(holder.__name__)
                        self.edge(holder.__name__)
                        self.edges.setdefault(holder.__name__, set()).add(origin)
                    self.visit(inner)
                holder = modules.get(step.argval) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME") else None


def types_in(texts):
    """Names of the classes that encoded values have in them."""
    return {name for text in texts for name in re.findall(r'"\$(?:type|enum)":"([^"\\]+)"', text)}


def touched(spare, known):
    reach = Reach(known)
    for name in types_in(spare.texts):
        module, _, name = name.rpartition(".")
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type):
            reach.kind(kind, True)
    for me, _, _ in spare.parts[:1]:
        reach.kind(type(me), True)
    reach.visit(resolve()[3])
    found = reach.run() & known
    # Of these, the ones from which a way leads back.
    back, todo = {NAME}, [NAME]
    while todo:
        at = todo.pop()
        for module in found - back:
            if at in reach.edges.get(module, ()):
                back.add(module)
                todo.append(module)
    return back


def empty(cell):
    try:
        return cell.cell_contents is None
    except ValueError:
        return True


def imported_later(text):
    """Names that the target's text imports anywhere, also inside functions."""
    names = set()
    package = NAME if os.path.basename(FILE) == "__init__.py" else NAME.rpartition(".")[0]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join(base + ([node.module] if node.module else []))
            names.add(base)
            names.update(base + "." + alias.name for alias in node.names)
    return names


# -------------------------------------------------------------------------------------------- decoding


class Undecodable(Exception):
    pass


def find_class(name):
    """A class by its name in the target's module, or by its dotted path."""
    value = sys.modules[NAME]
    try:
        for part in name.split("."):
            value = getattr(value, part)
        return value
    except AttributeError:
        pass
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:cut])
        try:
            value = importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name and (module + ".").startswith(error.name + "."):
                continue
            raise Undecodable("the class %s: %s" % (name, complaint(error)))
        ROOTS.add(module)
        try:
            for part in parts[cut:]:
                value = getattr(value, part)
            return value
        except AttributeError:
            continue
    raise Undecodable("there is no class %s, neither in %s nor as a dotted path" % (name, NAME))


def make(said):
    kind = find_class(said["class"])
    try:
        return kind(*decode(said.get("args", [])), **decode(said.get("kwargs", {})))
    except Undecodable:
        raise
    except BaseException as error:
        raise Undecodable("making a %s raised %s" % (said["class"], complaint(error)))


def moment(text):
    import datetime

    text = text[:-1] + "+00:00" if text.endswith("Z") else text
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return datetime.date.fromisoformat(text)
        return datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise Undecodable('{"$date": "%s"}: %s' % (text, error))


TAGS = {
    "$tuple": lambda v: tuple(decode(v)),
    "$set": lambda v: set(decode(v)),
    "$frozenset": lambda v: frozenset(decode(v)),
    "$bytes": lambda v: base64.b64decode(v),
    "$float": lambda v: float(v),
    "$complex": lambda v: complex(decode(v[0]), decode(v[1])),
    "$int": lambda v: int(v),
    "$dict": lambda v: {decode(k): decode(x) for k, x in v},
    "$map": lambda v: {decode(k): decode(x) for k, x in v},
    "$date": moment,
    "$undefined": lambda v: None,
    "$new": lambda v: make(v),
    "$literal": lambda v: v,
}


def decode(value):
    """A JSON value with tagged objects as the value it stands for."""
    if type(value) is list:
        return [decode(v) for v in value]
    if type(value) is dict:
        if len(value) == 1:
            (key, inner), = value.items()
            if key.startswith("$"):
                tag = TAGS.get(key)
                if tag is None:
                    raise Undecodable("%s is not known" % key)
                try:
                    return tag(inner)
                except Undecodable:
                    raise
                except Exception as error:
                    raise Undecodable("%s: %s" % (key, complaint(error)))
        return {k: decode(v) for k, v in value.items()}
    return value


class Call:
    """One call as it was asked for."""

    __slots__ = ("args", "kwargs", "init")

    def __init__(self, said, plain):
        if isinstance(said, tuple):
            said = list(said)
        if isinstance(said, list):
            said = {"args": said}
        if not isinstance(said, dict):
            raise Undecodable("it is a %s; a call is a dict with args and kwargs, or a list of arguments" % type(said).__name__)
        unknown = set(said) - {"args", "kwargs", "init", "name"}
        if unknown:
            raise Undecodable("%s is not a part of a call; there are args, kwargs and init" % sorted(map(str, unknown))[0])
        turn = (lambda v: v) if plain else decode
        self.args = tuple(turn(said.get("args", ())))
        self.kwargs = dict(turn(said.get("kwargs", {})))
        self.init = said.get("init")
        if self.init is not None and not plain:
            self.init = {k: v if k == "class" else decode(v) for k, v in self.init.items()}


def read_calls(only=None):
    """The calls of one pass, made afresh: all of them, or those with the numbers `only` (from 0)."""
    calls = []
    if GENERATOR:
        function = getattr(sys.modules[GENERATOR_NAME], GENERATOR_FUNCTION)
        for seed in SEEDS:
            random.seed(seed)
            try:
                made = list(function() if seed is None else function(seed))
            except BaseException as error:
                fail("the generator %s raised %s" % (GENERATOR_FUNCTION, complaint(error)))
            for said in made:
                try:
                    calls.append(Call(said, True))
                except Exception as error:
                    fail("call %d of the generator %s cannot be used: %s" % (len(calls) + 1, GENERATOR_FUNCTION, error))
        if not calls:
            fail("the generator %s made no calls" % GENERATOR_FUNCTION)
        return calls if only is None else [calls[at] for at in only]
    for at in range(len(LINES)) if only is None else only:
        line = LINES[at]
        try:
            if b"$" in line:
                calls.append(Call(json.loads(line), False))
                continue
            # What was decoded once is copied from then on.
            copy = COPIES.get(at)
            if copy is None:
                said = json.loads(line)
                COPIES[at] = marshal.dumps(said)
            else:
                said = marshal.loads(copy)
            calls.append(Call(said, True))
        except Undecodable as error:
            fail("call %d cannot be made: %s" % (at + 1, error))
        except (ValueError, TypeError, RecursionError) as error:
            fail("call %d cannot be read: %s" % (at + 1, complaint(error)))
    return calls


# --------------------------------------------------------------------------- from a call to what is called


def mangled(owner, name):
    if name.startswith("__") and not name.endswith("__") and isinstance(owner, type):
        return "_%s%s" % (owner.__name__.lstrip("_"), name)
    return name


def resolve():
    """The owner of the function (None at the top of the module), its name there, and how it is stored."""
    owner, value, parts = None, sys.modules[NAME], QUALNAME.split(".")
    for at, part in enumerate(parts):
        part = mangled(value, part)
        if not hasattr(value, part):
            said = ".".join(parts[:at])
            if at and inspect.isfunction(value):
                fail("%s is defined inside the function %s, so it cannot be called by itself; make %s the target" % (QUALNAME, said, said))
            fail("%s has no %s once it is loaded; is it defined under a condition?" % (said or NAME, part))
        owner, value = value, getattr(value, part)
    stored = inspect.getattr_static(owner, part)
    return (owner if isinstance(owner, type) else None), part, stored, value


def dotted(node):
    """`Grid.nearest` of an expression that is such a name; else nothing."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return ".".join([node.id] + parts) if isinstance(node, ast.Name) else ""


def bindings(body, parts, certain=True, top=True):
    """The statements that bind a name of this scope, in the order of the text: (whether it is a function's definition,
    the statement, whether it is run for certain)."""
    name, last = parts[0], len(parts) == 1
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if node.name == name:
                yield last, node, certain
        elif isinstance(node, ast.ClassDef):
            if node.name == name:
                yield False, node, certain
                if not last:
                    yield from bindings(node.body, parts[1:], certain, False)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            plain = [t for target in targets for t in (target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target])]
            if any(isinstance(t, ast.Name) and t.id == name for t in plain):
                yield last and isinstance(node.value, ast.Lambda), node, certain
            elif top and any(dotted(t) == QUALNAME for t in plain):
                yield False, node, certain
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            if any((alias.asname or alias.name.partition(".")[0]) == name for alias in node.names):
                yield False, node, certain
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and dotted(node.value.func) == "setattr":
            args = node.value.args
            if top and len(args) == 3 and isinstance(args[1], ast.Constant) and "%s.%s" % (dotted(args[0]), args[1].value) == QUALNAME:
                yield False, node, certain
        else:
            sure = certain and isinstance(node, (ast.With, ast.AsyncWith))
            for part in ("body", "handlers", "orelse", "finalbody", "cases"):
                for inner in getattr(node, part, None) or ():
                    inside = inner.body if isinstance(inner, ast.ExceptHandler) or type(inner).__name__ == "match_case" else [inner]
                    yield from bindings(inside, parts, sure, top)


class Definition:
    """The definition in the text that is judged: of several with the name the one with the number that was asked for."""

    def __init__(self):
        found = list(bindings(ast.parse(TEXT).body, QUALNAME.split(".")))
        own = [at for at, (is_function, _, _) in enumerate(found) if is_function]
        at = own[ORDINAL - 1] if ORDINAL and ORDINAL <= len(own) else own[-1] if own else None
        self.node, self.later = (None, []) if at is None else (found[at][1], found[at + 1 :])
        if self.node is None:
            return
        decorators = getattr(self.node, "decorator_list", [])
        self.is_decorated = bool(decorators)
        self.name = getattr(self.node, "name", "<lambda>")
        self.line = self.node.lineno
        self.first = min([d.lineno for d in decorators] + [self.line]) if self.name != "<lambda>" else self.node.value.lineno
        # `@x.setter` adds to a property what does not take its name away.
        more = lambda node: any(isinstance(d, ast.Attribute) and dotted(d.value) == self.name for d in getattr(node, "decorator_list", ()))
        self.later = [(node, certain) for _, node, certain in self.later if not more(node)]

    def is_code_of(self, value):
        code = getattr(value, "__code__", None)
        return isinstance(code, types.CodeType) and code.co_filename == FILE and code.co_firstlineno == self.first and code.co_name == self.name

    def within(self, value):
        """The function of the definition where a decorator or descriptor keeps it."""
        seen, todo = set(), [(value, 0)]
        while todo and len(seen) < 300:
            value, depth = todo.pop(0)
            if id(value) in seen or depth > 6:
                continue
            seen.add(id(value))
            if self.is_code_of(value):
                return value
            inner = []
            for name in ("__wrapped__", "__func__", "func", "fget", "fset", "fdel", "py_func"):
                try:
                    inner.append(inspect.getattr_static(value, name, None))
                    inner.append(getattr(value, name, None))
                except Exception:
                    pass
            if isinstance(value, types.FunctionType):
                inner.extend(cell.cell_contents for cell in value.__closure__ or () if not empty(cell))
                inner.extend(value.__defaults__ or ())
                inner.extend((value.__kwdefaults__ or {}).values())
            elif not isinstance(value, (type, types.ModuleType)):
                try:
                    inner.extend(list(vars(value).values())[:50])
                except TypeError:
                    pass
            todo.extend((v, depth + 1) for v in inner if callable(v) or hasattr(type(v), "__get__"))
        return None


def check_definition():
    """Fails where the name does not lead to the definition once the file is loaded: its text would never be called."""
    try:
        said = Definition()
    except (SyntaxError, ValueError, RecursionError):
        return None
    if said.node is None:
        return None
    _, _, stored, function = resolve()
    plain = [stored, function]
    if isinstance(stored, (staticmethod, classmethod)):
        plain.append(stored.__func__)
    if isinstance(stored, property):
        plain += [stored.fget, stored.fset, stored.fdel]
    if isinstance(stored, functools.cached_property):
        plain.append(stored.func)
    if any(map(said.is_code_of, plain)):
        return said
    body = said.within(stored) or said.within(function)
    certain = [node for node, certain in said.later if certain]
    if not certain and (said.is_decorated if body is not None and said.later else (body is not None or said.is_decorated) and not said.later):
        return said
    if certain or said.later:
        node = certain[-1] if certain else said.later[-1][0]
        line = TEXT.splitlines()[node.lineno - 1].strip()
        why = "line %d gives the name to something else (%s)" % (node.lineno, line if len(line) <= 80 else line[:80] + "…")
    else:
        code = getattr(function, "__code__", None)
        where = "of line %d of %s" % (code.co_firstlineno, os.path.basename(code.co_filename)) if code else type_name(type(function))
        why = "it is then another one (%s)" % where
    fail("%s is not what stands in line %d of %s once the file is loaded: %s. A version of that text would never be called; "
        "take what is called instead, or judge by commands (--check, --bench)" % (QUALNAME, said.line, MODULE, why))


def accessor(stored):
    """The function that runs where an attribute is read or written, if it is one that a property or a like descriptor has; of a
    cached one its body, which is what is judged."""
    if callable(stored) or not hasattr(type(stored), "__get__") or isinstance(stored, (staticmethod, classmethod, SINGLE_DISPATCH)):
        return None
    if isinstance(stored, property):
        ways = [stored.fget, stored.fset, stored.fdel]
        for way in ways:
            if way is not None and DEFINITION is not None and DEFINITION.within(way) is not None:
                return way
        way = ways[1] if ACCESS == "set" else ways[0]
        if way is None:
            fail("%s has no %ster once it is loaded" % (QUALNAME, ACCESS or "get"))
        return way
    body = DEFINITION.within(stored) if DEFINITION is not None else None
    if body is None and isinstance(stored, functools.cached_property):
        body = stored.func
    if body is None:
        fail("%s is kept by a %s, so that its body cannot be called by itself; take a function that it calls" % (QUALNAME, type_name(type(stored))))
    return body


SINGLE_DISPATCH = functools.singledispatchmethod


def receiver(owner, call, number):
    said = call.init or {}
    kind = find_class(said["class"]) if "class" in said else owner
    try:
        return kind(*said.get("args", ()), **said.get("kwargs", {}))
    except BaseException as error:
        hint = "" if call.init else '; it is a method: write "init": {"args": [...]} with what its class takes'
        fail("call %d cannot be made: making the receiver %s raised %s%s" % (number, kind.__name__, complaint(error), hint))


class Prepared:
    """All calls of a pass, ready to be made: `calls` are to be called with nothing."""

    def __init__(self, instance, only=None):
        if instance is not None:
            instance.put()
        owner, name, stored, function = resolve()
        access = accessor(stored) if owner is not None else None
        if access is None and not callable(function) and not isinstance(stored, SINGLE_DISPATCH):
            fail("%s is no function once it is loaded but a %s" % (QUALNAME, type_name(type(function))))
        bound = owner is not None and not isinstance(stored, (staticmethod, classmethod, type))
        self.instance, self.calls, self.parts = instance, [], []
        for at, call in enumerate(read_calls(only)):
            number, me = (at if only is None else only[at]) + 1, None
            try:
                if owner is None or not bound:
                    if call.init is not None:
                        fail('call %d has an "init", but %s is not a method of an object' % (number, QUALNAME))
                    todo = functools.partial(function, *call.args, **call.kwargs)
                elif name == "__init__":
                    todo = functools.partial(owner, *call.args, **call.kwargs)
                else:
                    me = receiver(owner, call, number)
                    if access is None:
                        todo = functools.partial(getattr(me, name), *call.args, **call.kwargs)
                    else:
                        todo = functools.partial(access, me, *call.args, **call.kwargs)
            except Undecodable as error:
                fail("call %d cannot be made: %s" % (number, error))
            self.calls.append(todo)
            self.parts.append((me, call.args, call.kwargs))


    def told(self):
        """The texts of all that a call could change; also kept in one list."""
        told = [[encoded(Encoder(False), value) for _, value in places(*part)] for part in self.parts]
        self.texts = [text for call in told for text in call]
        return told


def check_fit(prepared):
    """Fails before anything else where calls cannot fit the function."""
    for number, call in enumerate(prepared.calls, 1):
        try:
            signature = inspect.signature(call.func)
        except (ValueError, TypeError):
            return
        try:
            signature.bind(*call.args, **call.keywords)
        except TypeError as error:
            fail("call %d does not fit %s%s: %s" % (number, QUALNAME, signature, error))


# -------------------------------------------------------------------------------------------- encoding


class Node:
    """A container on its way to text."""

    __slots__ = ("open", "close", "kids", "unordered", "uses", "at", "filled", "shapes")

    def __init__(self, open, close, unordered=False):
        self.open, self.close, self.unordered = open, close, unordered
        self.kids, self.uses, self.at, self.filled, self.shapes = [], 1, None, True, {}


SHAPE = 6  # levels of a part by which it is put into an order


def shape_of(node, levels):
    """What a node looks like without numbers of rows."""
    if type(node) is str:
        return node
    if type(node) is tuple:
        return node[0] + shape_of(node[1], levels)
    if levels == 0:
        return node.open
    known = node.shapes.get(levels)
    if known is None:
        parts = [shape_of(kid, levels - 1) for kid in node.kids]
        if node.unordered:
            parts.sort()
        text = node.open + ",".join(parts) + node.close
        known = node.shapes[levels] = text if len(text) <= 64 else digest_of(text.encode("utf-8", "backslashreplace"))
    return known


class Told:
    """An item as it was when it came: its text."""

    __slots__ = ("text",)

    def __init__(self, text):
        self.text = text


class Drained:
    """What an iterator yielded."""

    def __init__(self, items, cut=False, error=None, reused=False):
        self.items, self.cut, self.error, self.reused = items, cut, error, reused


quote = json.encoder.encode_basestring


def text_of(value):
    try:
        value.isascii() or value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON readers refuse
        return '{"$str":%s}' % quote(value.encode("unicode_escape").decode("ascii"))
    return quote(value)


def int_text(value):
    if -(1 << 63) <= value < 1 << 63:
        return int.__repr__(value)
    return '{"$int":"%s"}' % (int.__repr__(value) if value.bit_length() < 10_000 else hex(value))


def float_text(value):
    return float.__repr__(value) if math.isfinite(value) else '{"$float":"%s"}' % float.__repr__(value)


LEAVES = {
    str: text_of,
    int: int_text,
    float: float_text,
    bool: lambda v: "true" if v else "false",
    type(None): lambda v: "null",
    bytes: lambda v: '{"$bytes":"%s"}' % base64.b64encode(v).decode(),
    complex: lambda v: '{"$complex":[%s,%s]}' % (float_text(v.real), float_text(v.imag)),
    type(...): lambda v: '{"$name":"Ellipsis"}',
    type(NotImplemented): lambda v: '{"$name":"NotImplemented"}',
}
LEAVES[Told] = lambda v: v.text
NUMBERS = frozenset((int, bool, type(None)))


def flat(items):
    """The text of many plain values at once, or None."""
    if len(items) < 8:  # one by one is quicker
        return None
    kinds = set(map(type, items))
    try:
        if kinds <= NUMBERS:
            ints = [v for v in items if v is not None]
            if not ints or (max(ints) < 1 << 63 and min(ints) >= -(1 << 63)):
                return json.dumps(items, separators=(",", ":"))[1:-1]
        elif kinds == {float} and all(map(math.isfinite, items)):
            return json.dumps(items, separators=(",", ":"))[1:-1]
        elif kinds == {str} and all(map(str.isascii, items)):
            return json.dumps(items, separators=(",", ":"))[1:-1]
    except (ValueError, OverflowError):
        pass
    return None


class Encoder:
    """Turns a value into canonical JSON: equal values give equal texts, whatever sets and dicts are ordered by.

    Neither deep nor cyclic values are a difficulty: what is met twice, and what lies deep, goes into a table."""

    def __init__(self, taking=True):
        self.drained, self.length = {}, 0  # characters of the last text, also where only a digest is given
        self.reused = False  # whether an iterator changes items that it has given
        # Whether an iterator that the program defines is represented by what it yields, or by its fields.
        self.taking = taking

    def text(self, value):
        self.known, self.alive, self.todo = {}, [], []
        top = self.node(value)
        while self.todo:
            node, fill, what = self.todo.pop()
            fill(node, what)
        self.sorting = False
        text, rows = self.written(top)
        if not rows:
            return text
        # Rows are numbered as they are met, and that must not depend on the order in which keys were put in.
        for node in self.queue:
            node.at = None
        self.sorting = True
        text, rows = self.written(top)
        return '{"$graph":%s,"table":[%s]}' % (text, ",".join(rows))

    def written(self, top):
        """The text and the rows of its table."""
        self.queue = []
        text, rows = self.write(top, 0), []
        while len(rows) < len(self.queue):
            rows.append(self.write(self.queue[len(rows)], 0, True))
        return text, rows

    @staticmethod
    def in_order(node):
        """The parts of a container without an order, in one that does not depend on how they came into it."""
        pairs = node.open == '{"$dict":['

        def key(kid):
            if type(kid) is str:
                return kid
            if type(kid) is tuple:
                return kid[0]
            return kid.kids[0] if pairs and type(kid.kids[0]) is str else shape_of(kid, SHAPE)

        return sorted(node.kids, key=key)

    def write(self, node, depth, whole=False):
        if type(node) is str:
            return node
        if type(node) is tuple:
            return node[0] + self.write(node[1], depth)
        if not whole and node.kids and (node.uses > 1 or depth >= DEEPEST):
            if node.at is None:
                node.at = len(self.queue)
                self.queue.append(node)
            return '{"$ref":%d}' % node.at
        kids = self.in_order(node) if self.sorting and node.unordered else node.kids
        parts = [kid if type(kid) is str else self.write(kid, depth + 1) for kid in kids]
        if node.unordered:
            parts.sort()
        return node.open + ",".join(parts) + node.close

    @staticmethod
    def small(open, values, close):
        """The text of a short list of plain values, or None."""
        parts = []
        for value in values:
            leaf = LEAVES.get(type(value))
            if leaf is None:
                return None
            parts.append(leaf(value))
        return open + ",".join(parts) + close

    # From here on each kind of value; a node is filled later, so that depth does not matter.

    def node(self, value):
        leaf = LEAVES.get(type(value))
        if leaf is not None:
            return leaf(value)
        known = self.known.get(id(value))
        if known is not None:
            if type(known) is Node:
                known.uses += 1
            return known
        self.alive.append(value)
        made = self.container(value)
        self.known[id(value)] = made
        return made

    def later(self, node, fill, what):
        self.todo.append((node, fill, what))
        return node

    def items(self, node, values):
        text = flat(values) if type(values) is list else None
        if text is not None:
            node.kids = [text] if text else []
        else:
            node.kids = [self.node(v) for v in values]

    def fields(self, node, pairs):
        node.kids = [(quote(str(k)) + ":", self.node(v)) for k, v in pairs]

    def pairs(self, node, pairs):
        for key, value in pairs:
            pair = Node("[", "]")
            pair.kids = [self.node(key), self.node(value)]
            node.kids.append(pair)

    def mapping(self, value):
        if all(type(k) is str and not k.startswith("$") and k.isascii() for k in dict.keys(value)):
            return self.later(Node("{", "}", True), self.fields, list(dict.items(value)))
        return self.later(Node('{"$dict":[', "]}", True), self.pairs, list(dict.items(value)))

    def plain(self, value, kind):
        """A container of one of the built-in kinds, also where its class is derived from one."""
        if issubclass(kind, list):
            return self.later(Node("[", "]"), self.items, list(list.__iter__(value)))
        if issubclass(kind, tuple):
            return self.later(Node('{"$tuple":[', "]}"), self.items, list(tuple.__iter__(value)))
        if issubclass(kind, collections.OrderedDict):
            return self.later(Node('{"$pairs":[', "]}"), self.pairs, list(collections.OrderedDict.items(value)))
        if issubclass(kind, dict):
            return self.mapping(value)
        if issubclass(kind, frozenset):
            return self.later(Node('{"$frozenset":[', "]}", True), self.each, list(frozenset.__iter__(value)))
        if issubclass(kind, set):
            return self.later(Node('{"$set":[', "]}", True), self.each, list(set.__iter__(value)))
        if issubclass(kind, collections.deque):
            return self.later(Node("[", "]"), self.items, list(collections.deque.__iter__(value)))
        for base, leaf in ((str, text_of), (bool, LEAVES[bool]), (int, int_text), (float, float_text), (bytes, LEAVES[bytes])):
            if issubclass(kind, base):
                return leaf(base.__str__(value) if base is str else value)
        if issubclass(kind, (bytearray, memoryview)):
            return LEAVES[bytes](bytes(value))
        return None

    def each(self, node, values):
        node.kids = [self.node(v) for v in values]

    def typed(self, kind, **parts):
        """A value of a named class: `value` is what it holds as a container, `fields` what it has as an object."""
        node = Node('{"$type":%s' % text_of(type_name(kind)), "}")
        node.kids = [""] + [('"%s":' % name, part) for name, part in parts.items() if part is not None]
        return node

    def named(self, value, kind):
        name = text_of(name_of(value))
        of = getattr(value, "__self__", None) if kind in (types.MethodType, types.BuiltinFunctionType, type(object().__str__)) else None
        if of is not None and not isinstance(of, (type, types.ModuleType)):
            return self.typed(kind, name=name, value=self.node(of))
        # Of a function that the call itself made the name says nothing.
        if self.taking and isinstance(value, types.FunctionType) and ("<locals>" in name or "<lambda>" in name):
            return '{"$unencodable":%s}' % text_of("function (%s)" % name_of(value))
        return '{"$name":%s}' % name

    def unencodable(self, kind):
        return '{"$unencodable":%s}' % text_of(type_name(kind))

    def container(self, value):
        kind = type(value)
        if kind is Held:
            value, kind = value.real, type(value.real)
        if kind is list or kind is tuple:
            tags = ("[", "]") if kind is list else ('{"$tuple":[', "]}")
            text = self.small(tags[0], value, tags[1]) if len(value) < 8 else None
            return text if text is not None else self.later(Node(*tags), self.items, list(value))
        if kind is dict or kind is set or kind is frozenset:
            return self.plain(value, kind)
        if kind is Drained:
            return self.drain_node(value)
        if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType)) or kind in NAMED:
            return self.named(value, kind)
        special = self.special(value, kind)
        if special is not None:
            return special
        if isinstance(value, io.IOBase):
            if isinstance(value, (io.StringIO, io.BytesIO)) and not value.closed:
                return self.typed(kind, value=self.node(value.getvalue()), position=int_text(value.tell()))
            return self.unencodable(kind)
        if hasattr(kind, "__next__") and (self.taking or not hasattr(value, "__dict__")):
            return self.drain_node(self.drain(value))
        if isinstance(value, BaseException):
            named = [n for n in ("filename", "filename2") if getattr(value, n, None) is not None] if isinstance(value, OSError) else []
            args = list(value.args) + [getattr(value, n) for n in named]
            return self.typed(kind, value=self.node(args), fields=self.object_fields(value, kind))
        inner = self.plain(value, kind)
        if inner is not None:
            fields = self.object_fields(value, kind)
            if type(fields) is not Node:
                fields = None
            if kind in (bytearray, collections.deque):
                fields = None
            limit = int_text(value.maxlen) if isinstance(value, collections.deque) and value.maxlen is not None else None
            return self.typed(kind, value=inner, maxlen=limit, fields=fields)
        if is_native(kind):
            return self.reduced(value, kind)
        fields = self.object_fields(value, kind)
        if fields is None:
            return self.unencodable(kind)
        return self.typed(kind, fields=fields, name=sentinel(value) if kind is object else None)

    def reduced(self, value, kind):
        """An object that keeps something where only its own code sees it: as it would be pickled."""
        try:
            reduced = value.__reduce_ex__(4)
        except BaseException:
            return self.unencodable(kind)
        if isinstance(reduced, str):
            return self.typed(kind, name=text_of(reduced))
        make, args, state = (tuple(reduced) + (None,))[:3]
        items = [list(part) if part is not None else None for part in (tuple(reduced) + (None,) * 5)[3:5]]
        of = [part for part in args if not isinstance(part, type)]
        if not of and state in (None, (), {}, (None, None)) and not any(items):
            return self.unencodable(kind)  # nothing of it is told
        parts = [list(args), state] + ([items] if any(items) else [])
        return self.typed(kind, fields=self.later(Node("{", "}", True), self.fields, [("reduced", parts)]))

    def object_fields(self, value, kind):
        """What an object keeps, by name; None where that cannot be seen."""
        found, seen = {}, False
        for base in kind.__mro__:
            slots = base.__dict__.get("__slots__")
            if slots is not None:
                seen = True
                for slot in (slots,) if isinstance(slots, str) else slots:
                    if slot in ("__dict__", "__weakref__"):
                        continue
                    name = mangled(base, slot)
                    kept = base.__dict__.get(name)
                    # What is not there is not asked of the object's own code, which would do now what it has put off.
                    if type(kept) is types.MemberDescriptorType:
                        try:
                            found[name] = kept.__get__(value, kind)
                        except AttributeError:
                            pass
        try:
            found.update(fields_of(value, kind))
            seen = True
        except (AttributeError, TypeError, ValueError):
            pass
        if not seen and kind is not object and not isinstance(value, (BaseException, list, tuple, dict, set, frozenset, str, int, float, bytes)):
            return None
        if not found and kind is not object and isinstance(value, (list, tuple, dict, set, frozenset, str, int, float, bytes, BaseException)):
            return None
        # What a property keeps so that it need not be worked out again is no part of the value.
        # Nor is a hash that was worked out once.
        found = [(k, v) for k, v in found.items() if k not in HASHES and type(getattr(kind, k, None)).__name__ != "cached_property"]
        node = Node("{", "}", True)
        node.filled = bool(found)
        return self.later(node, self.attributes, found)

    def attributes(self, node, pairs):
        # A function that an object keeps is told by its name.
        name = lambda v: '{"$name":%s}' % text_of(name_of(v)) if type(v) is types.FunctionType else self.node(v)
        node.kids = [(quote(str(k)) + ":", name(v)) for k, v in pairs]

    def drain(self, value):
        held = self.drained.get(id(value))
        if held is None:
            self.drained[id(value)] = held = (value, drained(value))
        return held[1]

    def drain_node(self, value):
        node = Node('{"$iter":[', "]")
        if value.cut:
            node.close += ',"cut":true'
        if value.error is not None:
            node.close += ',"raised":%s' % text_of(type_name(type(value.error)))
        node.close += "}"
        self.reused |= value.reused
        return self.later(node, self.items, value.items)

    def special(self, value, kind):
        """Types of the standard library and of numpy and pandas that need more than their fields."""
        module = kind.__module__ or ""
        if isinstance(value, range):
            return self.typed(kind, value=self.node([value.start, value.stop, value.step]))
        if isinstance(value, slice):
            return self.typed(kind, value=self.node([value.start, value.stop, value.step]))
        if isinstance(value, functools.partial):
            return self.typed(kind, value=self.node([value.func, list(value.args), value.keywords]))
        if isinstance(value, ENUM) and hasattr(value, "name"):
            return '{"$enum":%s}' % text_of("%s.%s" % (type_name(kind), value.name or value.value))
        if isinstance(value, tuple) and hasattr(kind, "_fields") and kind.__mro__[1:2] == (tuple,):
            return self.typed(kind, fields=self.later(Node("{", "}", True), self.fields, list(zip(kind._fields, tuple(value)))))
        base = next((b for b in kind.__mro__ if b.__name__ in PLAIN_TEXT.get(b.__module__, ())), None)
        if base is not None or module == "ipaddress" or isinstance(value, os.PathLike) and module.startswith("pathlib"):
            text = str(value) if base is None else base.__str__(value)
            if getattr(value, "fold", 0):
                text += " (the second time)"
            fields = self.object_fields(value, kind) if base not in (None, kind) else None
            return self.typed(kind, value=text_of(text), fields=fields if type(fields) is Node and fields.filled else None)
        native = self.native(value, kind, module)
        if native is not None:
            return native
        if kind is re.Pattern:
            return self.typed(kind, value=self.node([value.pattern, value.flags]))
        if kind is re.Match:
            return self.typed(kind, value=self.node([value.re.pattern, list(value.span()), value.group(0), list(value.groups())]))
        if kind.__name__ in ("dict_keys", "odict_keys", "dict_items") and module in ("builtins", "collections"):
            return self.typed(kind, value=self.later(Node('{"$set":[', "]}", True), self.each, list(value)))
        if kind.__name__ == "dict_values" or kind.__name__ == "mappingproxy":
            return self.typed(kind, value=self.node(dict(value) if kind.__name__ == "mappingproxy" else list(value)))
        if "array" in sys.modules and isinstance(value, sys.modules["array"].array):
            fields = self.object_fields(value, kind)
            return self.typed(kind, value=self.node([value.typecode, value.tolist()]), fields=fields if type(fields) is Node and fields.filled else None)
        if "torch" in sys.modules and isinstance(value, getattr(sys.modules["torch"], "Tensor", ())):
            dense = (value.to_dense() if value.is_sparse else value).detach().cpu()
            return self.typed(kind, dtype=text_of(str(value.dtype)), shape=json.dumps(list(value.shape)), value=self.node(dense.tolist()))
        top = module.partition(".")[0]
        if top == "numpy" or "numpy" in sys.modules and isinstance(value, sys.modules["numpy"].ndarray):
            return self.numpy(value, kind)
        if top == "pandas":
            return self.pandas(value, kind)
        return None

    def native(self, value, kind, module):
        """What has nothing to be compared but a state that can be asked for."""
        if module in ("weakref", "_weakrefset"):
            if isinstance(value, weakref.ref):
                return self.typed(kind, value=self.node(value()))
            if isinstance(value, (weakref.WeakValueDictionary, weakref.WeakKeyDictionary)):
                return self.typed(kind, value=self.node(dict(value.items())))
            if isinstance(value, weakref.WeakSet):
                return self.typed(kind, value=self.node(set(value)))
        if module in ("_thread", "threading") and kind.__name__ in ("lock", "RLock"):
            return self.typed(kind, value="true" if (value.locked() if hasattr(value, "locked") else value._is_owned()) else "false")
        if "logging" in sys.modules and isinstance(value, sys.modules["logging"].Logger):
            return self.typed(kind, name=text_of(value.name))
        if hasattr(kind, "hexdigest") and hasattr(kind, "digest_size") and not hasattr(value, "__dict__"):
            try:
                return self.typed(kind, value=text_of(value.name + " " + value.hexdigest()))
            except (TypeError, ValueError):
                return None
        return None

    def numpy(self, value, kind):
        np = sys.modules["numpy"]
        if isinstance(value, np.ndarray):
            if isinstance(value, np.ma.MaskedArray):
                return self.typed(kind, value=self.node([np.ma.getdata(value), np.ma.getmaskarray(value)]))
            if value.dtype.names or value.dtype.kind not in "biufcOSU":
                values = value.astype(str).ravel().tolist() if value.dtype.kind in "mM" else value.ravel().tolist()
            else:
                values = value.ravel().tolist()
            return self.typed(kind, dtype=text_of(value.dtype.name if not value.dtype.names else str(value.dtype)), shape=json.dumps(value.shape), value=self.node(values))
        if isinstance(value, np.generic):
            if value.dtype.kind in "biufcSU":
                return self.typed(kind, value=self.node(value.item()))
            return self.typed(kind, value=text_of(str(value)))
        if isinstance(value, np.dtype):
            return self.typed(kind, value=text_of(str(value)))
        return None

    def pandas(self, value, kind):
        pd = sys.modules["pandas"]
        if isinstance(value, pd.DataFrame):
            columns = [value.iloc[:, i] for i in range(value.shape[1])]
            return self.typed(kind, columns=self.node(list(value.columns)), index=self.node(value.index), value=self.node([[str(c.dtype), self.column(c)] for c in columns]))
        if isinstance(value, pd.Series):
            return self.typed(kind, name=self.node(value.name), index=self.node(value.index), value=self.node([str(value.dtype), self.column(value)]))
        if isinstance(value, pd.Index):
            return self.typed(kind, name=self.node(list(value.names)), value=self.node([str(value.dtype), self.column(value)]))
        if kind.__name__ in ("Timestamp", "Timedelta", "Period", "Interval", "NaTType", "NAType"):
            return self.typed(kind, value=text_of(str(value)))
        return None

    @staticmethod
    def column(values):
        kept = values.tolist()
        return [v if type(v) in LEAVES else str(v) if type(v).__module__.startswith(("pandas", "datetime")) else v for v in kept]


NAMED = {
    type(len), type(str.join), type(dict.__dict__["fromkeys"]), type(object().__str__), type(object.__init__),
    type(functools.lru_cache(None)(abs)), staticmethod, classmethod,
}
# Fields in which a class keeps its hash once it was asked for.
HASHES = frozenset(("_hash", "_hashcode", "_hash_value", "_cached_hash"))
PLAIN_TEXT = {
    "datetime": {"date", "datetime", "time", "timedelta", "timezone"},
    "decimal": {"Decimal"}, "fractions": {"Fraction"}, "uuid": {"UUID"}, "zoneinfo": {"ZoneInfo"},
}
ENUM = __import__("enum").Enum


def fields_of(value, kind):
    """The dict of an object; none where its class works it out when it is asked for."""
    if any(type(base.__dict__.get("__dict__", None)) not in DICTS for base in kind.__mro__):
        raise AttributeError("its class answers for it")
    return object.__getattribute__(value, "__dict__")


DICTS = frozenset((type(None), types.GetSetDescriptorType))

NATIVE = weakref.WeakKeyDictionary()


def is_native(kind):
    """Whether objects of a class have room in which neither their `__dict__` nor slots are: that of a class in C."""
    known = NATIVE.get(kind)
    if known is None:
        known, at = False, kind
        while at is not object and at is not None and not known:
            names, base = vars(at), at.__base__
            slots = names.get("__slots__", ())
            slots = [s for s in ((slots,) if isinstance(slots, str) else slots) if s not in ("__dict__", "__weakref__")]
            room = 8 * (len(slots) + ("__dict__" in names) + ("__weakref__" in names))
            known = at.__basicsize__ - base.__basicsize__ > room or bool(at.__itemsize__)
            at = base
        NATIVE[kind] = known
    return known


def sentinel(value):
    """The name of an object without anything in it, at the top of the target's module."""
    for name, other in list(vars(sys.modules[NAME]).items()):
        if other is value:
            return text_of(name)
    return None


def name_of(value):
    if isinstance(value, types.ModuleType):
        return "module " + value.__name__
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None) or type_name(type(value))
    module = getattr(value, "__module__", None)
    return name if module in (None, "builtins") else "%s.%s" % (module, name)


class AsTheyCome:
    """Items of an iterator, each as it is when it comes: the next step may change it, as of a list that is given again and
    again."""

    def __init__(self):
        self.given, self.items, self.early, self.left, self.reused = [], [], {}, EARLY, False

    def add(self, item):
        kind = type(item)
        self.given.append(item)
        if kind in FLAT and all(type(v) in LEAVES for v in item) and (kind is not dict or all(type(v) in LEAVES for v in item.values())):
            item = item.copy() if kind is not tuple else item
        elif kind not in LEAVES and self.left > 0:
            self.early[len(self.items)] = self.text(item)
        self.items.append(item)

    def text(self, item):
        encoder = Encoder()
        text = encoded(encoder, item)
        self.left -= max(encoder.length, len(text))
        self.reused |= encoder.reused
        return text

    def drained(self, error):
        # Of what was copied the copy differs now. What nothing changed since then is encoded with all the others: they may
        # have much in common.
        self.reused |= any(item is not kept and item != kept for item, kept in zip(self.given, self.items))
        changed = [text for at, text in self.early.items() if self.text(self.items[at]) != text]
        if changed:
            # An iterator among them was used up when it was looked at.
            self.reused |= any('"$iter"' not in text for text in changed)
            for at, text in self.early.items():
                self.items[at] = Told(text)
        return Drained(self.items, len(self.items) >= CAP, error, self.reused)


FLAT = frozenset((list, tuple, dict, set, frozenset))
EARLY = 2 * LARGE  # characters of items that are encoded as they come, at most


def drained(iterator):
    seen, error = AsTheyCome(), None
    try:
        for item in itertools.islice(iterator, CAP):
            seen.add(item)
    except BaseException as raised:
        error = raised.with_traceback(None)
    return seen.drained(error)


def encoded(encoder, value):
    """The text of a value; of a large one a digest."""
    limit, collecting = sys.getrecursionlimit(), gc.isenabled()
    try:
        gc.disable()
        sys.setrecursionlimit(max(limit, depth_now() + 1000))
        text = encoder.text(value)
    except BaseException as error:  # its own code (a property, an iterator) went wrong
        return '{"$unencodable":%s}' % text_of("%s (%s)" % (type_name(type(value)), complaint(error)))
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()
    encoder.length = len(text)
    if len(text) <= LARGE:
        return text
    import hashlib

    digest = hashlib.blake2b(text.encode("utf-8"), digest_size=16).hexdigest()
    return '{"$digest":"%s","size":%d,"head":%s}' % (digest, len(text), quote(text[:100]))


def depth_now():
    frame, depth = sys._getframe(), 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


# -------------------------------------------------------------------------------------- making the calls

PLAIN, ITERATOR, AWAITABLE, ASYNC_ITERATOR = range(4)


def manner(value):
    """How a result must be used so that its work is done."""
    kind = type(value)
    if kind in LEAVES:
        return PLAIN
    if hasattr(kind, "__await__") or isinstance(value, types.CoroutineType):
        return AWAITABLE
    if hasattr(kind, "__anext__"):
        return ASYNC_ITERATOR
    if hasattr(kind, "__next__") and not isinstance(value, io.IOBase):
        return ITERATOR
    return PLAIN


def loop():
    global LOOP
    if LOOP is None:
        import asyncio

        LOOP = asyncio.new_event_loop()
        asyncio.set_event_loop(LOOP)
    return LOOP


async def awaited(value):
    return await value


async def collected(value):
    seen, error = AsTheyCome(), None
    try:
        async for item in value:
            seen.add(item)
            if len(seen.items) >= CAP:
                break
    except BaseException as raised:
        error = raised.with_traceback(None)
    return seen.drained(error)


def settled(value, how):
    """The value with its work done."""
    if how == ITERATOR:
        return drained(value)
    if how == AWAITABLE:
        return loop().run_until_complete(awaited(value))
    if how == ASYNC_ITERATOR:
        return loop().run_until_complete(collected(value))
    return value


def bare(calls):
    for call in calls:
        try:
            call()
        except BaseException:
            pass


def bare_iterators(calls, drop=collections.deque(maxlen=0).extend, some=itertools.islice):
    for call in calls:
        try:
            drop(some(call(), CAP))
        except BaseException:
            pass


async def bare_awaitables(calls):
    for call in calls:
        try:
            await call()
        except BaseException:
            pass


async def passed(value):
    left = CAP
    async for _ in value:
        left -= 1
        if left == 0:
            break


def bare_mixed(calls, drop=collections.deque(maxlen=0).extend, some=itertools.islice):
    for call in calls:
        try:
            value = call()
            how = manner(value)
            if how == ITERATOR:
                drop(some(value, CAP))
            elif how == AWAITABLE:
                loop().run_until_complete(awaited(value))
            elif how == ASYNC_ITERATOR:
                loop().run_until_complete(passed(value))
        except BaseException:
            pass


def looked_at(prepared, before, times, states=False):
    """Makes all calls of a pass and returns the outcome of each as a line, the manners of their results, and what of the
    process is another one after each call, where that is asked for."""
    lines, manners, states_left = [], set(), []
    WIRE.parts = []
    printed()  # of the passes before
    BEHIND.begin(states)
    for at, call in enumerate(prepared.calls):
        line, how, _, left = one_looked_at(at + 1, call, prepared.parts[at], before[at], times)
        lines.append((line, left))
        manners.add(how)
        states_left.append(BEHIND.changed_states())
    last = BEHIND.end()
    if states_left:
        states_left[-1].update(last)
    WIRE.parts = None
    OUTSIDE.check()
    OUTSIDE.running()
    return lines, manners, states_left


def one_looked_at(number, call, parts, was, times):
    """Makes one call: its outcome as a line, the manner of its result, what it printed, and what it left elsewhere."""
    result, error, how = None, None, PLAIN
    BEHIND.before_call()
    try:
        result = call()
        how = manner(result)
        result = settled(result, how)
    except BaseException as raised:
        error = raised.with_traceback(None)
    said = printed()
    left = BEHIND.events(None if error is not None else result, parts)
    return told_of(number, result, error, said, parts, was, times), how, said, left


def with_left(line, left):
    """The line of an outcome with what was left, texts by kind."""
    return '%s,"left":{%s}}' % (line[:-1], ",".join("%s:%s" % (quote(k), v) for k, v in left.items())) if left else line


def told_of(number, result, error, said, parts, was, times):
    """The outcome of a call as a line."""
    line = ['"call":%d' % number]
    if error is None:
        encoder = Encoder()
        text = encoded(encoder, result)
        for _ in range(times - 1):
            encoded(encoder, result)
        line.append('"returned":' + text)
        if encoder.reused:  # a caller who keeps all items sees them change
            line.append('"reused":true')
    else:
        line.append('"raised":' + text_of(type_name(type(error))))
        line.append('"message":' + text_of(message_of(error)))
    changed = []
    for (name, value), then in zip(places(*parts), was):
        encoder = Encoder(False)
        for _ in range(times):
            now = encoded(encoder, value)
        if now != then:
            changed.append("%s:%s" % (quote(name), now))
    if changed:
        line.append('"changed":{%s}' % ",".join(changed))
    if said:
        line.append('"printed":' + encoded(Encoder(), said))
    return "{%s}" % ",".join(line)


def message_of(error):
    try:
        text = str(error)
    except BaseException:
        text = "(its message cannot be had)"
    return re.sub(r"\bat 0x[0-9a-fA-F]+", "at 0x…", text)[:10_000]


def places(me, args, kwargs):
    """What a call could change, each with its name."""
    if me is not None:
        yield "self", me
    for at, value in enumerate(args):
        yield "args[%d]" % at, value
    for name, value in kwargs.items():
        yield name, value


# ----------------------------------------------------------------------------- what calls leave behind

MOST_EVENTS = 200  # of one kind and one call that are told one by one
MOST_NODES = 20_000  # values of a result or an argument that are looked through for shared ones
MOST_KEPT = 20_000  # parts of results of earlier calls that are known again
MOST_FILES = 5_000
HEAVY = 100_000  # values in a global above which only its size is compared
MOST_OBJECTS = 5_000  # objects in a global that are looked into
HANDLER = __import__("_signal").getsignal
try:
    import _locale

    LOCALE = functools.partial(_locale.setlocale, _locale.LC_ALL, None)
except ImportError:
    LOCALE = None
WATCHED_SIGNALS = ("SIGHUP", "SIGINT", "SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGCHLD", "SIGVTALRM", "SIGPROF")
SIGNALS = [(name, getattr(sys.modules["_signal"], name)) for name in WATCHED_SIGNALS if hasattr(sys.modules["_signal"], name)]


FRAMES = re.compile(
    r'(Traceback \(most recent call last\):\n)(?:[ \t]+File "[^\n]*", line \d+[^\n]*\n(?:[ \t]{4,}(?!File ")[^\n]*\n)*|[ \t]+\[Previous line repeated[^\n]*\n)+'
)
PLACES = (
    (re.compile(r"\bat 0x[0-9a-fA-F]+"), "at 0x…"),
    (re.compile(r'(File ".*?\.py", line )\d+'), r"\1…"),
    (re.compile(r"(\.py:)\d+"), r"\1…"),
    (re.compile(r"\b(Thread-|ThreadPoolExecutor-|ForkPoolWorker-|Process-)\d+"), r"\1…"),
)


def without_places(text):
    """A text without what differs between two right versions: addresses, frames, lines of code, numbers of threads, names of
    temporary files. Other numbers are what somebody wants to read."""
    text = FRAMES.sub(r"\1", text)
    for pattern, to in PLACES:
        text = pattern.sub(to, text)
    return BEHIND.without_names(text)[:10_000]


def is_memo(name):
    name = name.lower()
    return "cache" in name or "memo" in name


class StateEncoder(Encoder):
    """Values of globals: an iterator stays where it is, and a large value ends early."""

    def __init__(self):
        super().__init__(False)
        self.count = 0

    def container(self, value):
        self.count += 1
        if self.count > MOST_OBJECTS:
            raise ValueError("too large")
        kind = type(value)
        if hasattr(kind, "__next__"):
            return text_of(repr(value)) if kind is itertools.count else self.unencodable(kind)
        return super().container(value)


def weight(value, depth=0):
    """About how many values a container has in it, from some of them."""
    kind = type(value)
    if kind is str or kind is bytes:
        return 1 + len(value) // 100
    if kind.__name__ == "ndarray":
        return 1 + value.nbytes // 100
    if depth > 3 or kind not in CONTAINERS:
        return 1
    some = list(itertools.islice(value.values() if issubclass(kind, dict) else value, 50))
    return len(value) + len(value) * sum(weight(v, depth + 1) for v in some) // max(1, len(some))


CONTAINERS = frozenset((list, tuple, dict, set, frozenset, collections.OrderedDict, collections.defaultdict, collections.Counter, collections.deque, bytearray))


def mark(value):
    """What tells whether a value is still the same: itself, or a digest of what is in it."""
    kind = type(value)
    if kind in LEAVES:
        return value
    if kind is itertools.count:
        return repr(value)
    if weight(value) > HEAVY:
        return kind, len(value)
    try:
        data = marshal.dumps(value, 2)
    except ValueError:
        encoder = StateEncoder()
        text = encoded(encoder, value)
        if encoder.count > MOST_OBJECTS:
            return kind, len(value) if hasattr(kind, "__len__") else 0
        data = text.encode("utf-8", "backslashreplace")
    return kind, hash(data)


def same_mark(a, b):
    return a is b or type(a) is type(b) and (a == b or a != a and b != b)


class Missing:
    pass


class Muted:
    """What is written to standard error meanwhile is told otherwise."""

    def __enter__(self):
        flush_stderr()
        MUTTERING.muted += 1

    def __exit__(self, *_):
        flush_stderr()
        MUTTERING.muted -= 1


MUTED = Muted()
# As `tempfile` and `uuid` draw them.
TEMPORARY = re.compile(r"(?<![A-Za-z0-9])tmp[a-z0-9_]{8}(?![a-z0-9_])")
UNIQUE = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32}\b")


def named_as(function, other):
    """A function that looks like the one that it stands for."""
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        try:
            setattr(function, name, getattr(other, name))
        except (AttributeError, TypeError):
            pass
    return function


def flush_stderr():
    try:
        OUR_STDERR.flush()
    except ValueError:  # the program closed it
        pass


class Behind:
    """What calls change besides results, arguments and output. Events (records, warnings, sleeps) are kept as they come, states
    are compared before and after; nothing of it is in place while passes are timed."""

    def __init__(self):
        self.names = set()
        self.hooked, self.states = {}, False
        self.looking, self.filters, self.action = False, {}, None
        self.records, self.warned, self.slept = [], [], 0.0
        self.sleepers = {}
        self.drawn = set()  # names of temporary files
        self.number, self.taken, self.events_made = 0, set(), weakref.WeakKeyDictionary()  # of locks
        self.earlier = {}  # what earlier calls of the pass gave
        self.counts = {"logging": 0, "sleep": 0.0}  # of all calls, looked at or not
        folders = ("", "."), ("TMPDIR/", os.environ.get("TMPDIR") or "/tmp")
        self.folders = [(lead, os.path.realpath(folder)) for lead, folder in folders]

    # ---- hooks

    def put(self, holder, name, value):
        """Puts something in the place of an attribute."""
        self.hooked[holder, name] = value
        setattr(holder, name, value)

    def hook(self):
        """Has events told. What stands in the place of others stays there, or a version would see when it is looked at."""
        log = sys.modules.get("logging")
        if log is not None and hasattr(log, "Logger") and (log.Logger, "handle") not in self.hooked:
            handle = log.Logger.handle

            def handled(logger, record):
                self.counts["logging"] += 1
                if self.looking:
                    try:
                        said = without_places(record.getMessage())
                    except Exception:
                        said = str(record.msg)
                    self.records.append([record.levelname, record.name, said])
                with MUTED:
                    return handle(logger, record)

            self.put(log.Logger, "handle", named_as(handled, handle))
        show = getattr(warnings, "_showwarnmsg_impl", None)
        if show is not None and (warnings, "_showwarnmsg_impl") not in self.hooked:

            def shown(message):
                if self.looking:
                    said = [type_name(message.category), without_places(str(message.message))]
                    self.warned.append(said)
                with MUTED:
                    show(message)

            self.put(warnings, "_showwarnmsg_impl", named_as(shown, show))
        names = getattr(sys.modules.get("tempfile"), "_RandomNameSequence", None)
        if names is not None and (names, "__next__") not in self.hooked:
            draw = names.__next__

            def drawn(sequence):
                name = draw(sequence)
                if self.looking:
                    self.drawn.add(name)
                return name

            self.put(names, "__next__", named_as(drawn, draw))
        self.hook_waiting()
        # Nobody can ask for these afterwards.
        for module, name in (("sys", "addaudithook"), ("codecs", "register"), ("codecs", "register_error")):
            module = sys.modules.get(module)
            real = getattr(module, name, None)
            if real is not None and (module, name) not in self.hooked:
                self.put(module, name, named_as(told_when_called(real, name), real))
        for module, name in (("time", "sleep"), ("asyncio", "sleep"), ("asyncio.tasks", "sleep")):
            module = sys.modules.get(module)
            real = getattr(module, name, None)
            if real is not None and real not in self.sleepers.values():
                self.put(module, name, self.sleeper(real))
        # Names of the project that stand for one of them.
        for module in project_modules():
            for name, value in list(vars(module).items()):
                if type(value) in (types.FunctionType, types.BuiltinFunctionType) and value in self.sleepers:
                    setattr(module, name, self.sleepers[value])

    def hook_waiting(self):
        """Has waiting for something told as sleeping, where it does not come in the time that is given for it."""
        condition = getattr(sys.modules.get("threading"), "Condition", None)
        if condition is None or (condition, "wait") in self.hooked:
            return
        wait = condition.wait

        def waited(self_, timeout=None):
            came = wait(self_, timeout)
            if not came and timeout is not None and timeout > 0:
                # A part of it may have passed before.
                self.counts["sleep"] += round(timeout, 2)
                self.slept += round(timeout, 2)
            return came

        self.put(condition, "wait", named_as(waited, wait))

    def hook_locks(self):
        """Has locks of the project told that are taken, and events that are waited for. Where calls are timed nobody asks for it."""
        import threading

        self.hook_waiting()
        for name in ("Lock", "RLock"):
            self.put(threading, name, lock_kind(getattr(threading, name)))
        begin, wait = threading.Event.__init__, threading.Event.wait

        def begun(event):
            begin(event)
            self.events_made[event] = self.number

        def waited(event, timeout=None):
            if self.events_made.get(event, -1) < self.number:
                self.taken.add("Event.wait")
            return wait(event, timeout)

        self.put(threading.Event, "__init__", named_as(begun, begin))
        self.put(threading.Event, "wait", named_as(waited, wait))

    def took(self, lock):
        """A lock was taken. One that the call has made itself keeps nobody out."""
        if self.looking and lock.made < self.number:
            self.taken.add(lock.name())

    def filter_warnings(self):
        """A warning that was given before is given again, while calls are looked at."""
        often = {"default": "always", "once": "always", "module": "always"}
        for at, old in enumerate(warnings.filters):
            if old[0] in often:
                new = (often[old[0]],) + tuple(old[1:])
                self.filters[id(new)] = (new, old)
                warnings.filters[at] = new
        self.action = warnings.defaultaction
        warnings.defaultaction = "always"
        self.filters_changed()

    def without_names(self, text):
        """A text without names of temporary files that were drawn by lot."""
        for name in self.drawn:
            text = text.replace(name, "?")
        return TEMPORARY.sub("?", text)

    def sleeper(self, real):
        if real not in self.sleepers:

            def sleep(delay, *args, **kwargs):
                try:
                    self.counts["sleep"] += float(delay)
                    self.slept += float(delay)
                except (TypeError, ValueError):
                    pass
                return real(delay, *args, **kwargs)

            self.sleepers[real] = named_as(sleep, real)
        return self.sleepers[real]

    @staticmethod
    def filters_changed():
        for name in ("_filters_mutated", "_filters_mutated_lock_held"):
            try:
                getattr(warnings, name)()
                return
            except Exception:
                pass

    def filters_back(self):
        if self.filters:
            warnings.filters[:] = [self.filters.get(id(f), (f, f))[1] for f in warnings.filters]
            self.filters = {}
        if warnings.defaultaction == "always":
            warnings.defaultaction = self.action
        self.filters_changed()

    def is_hook(self, holder, name, value):
        return self.hooked.get((holder, name)) is value

    # ---- a pass

    def begin(self, states):
        self.states, self.earlier = states, {}
        MUTTERING.parts, MUTTERING.muted = [], 0
        if states:
            self.process = self.of_process()
            self.globals = self.of_globals()
            self.files = self.of_files()
        self.hook()
        self.filter_warnings()
        self.looking = True

    def end(self):
        """Ends a pass: what all calls together left in globals and files, as texts by kind."""
        self.looking = False
        self.filters_back()
        MUTTERING.parts = None
        left = {}
        if self.states:
            changed = self.changed_globals()
            if changed:
                left["globals"] = changed
            changed = self.changed_files()
            if changed:
                left["files"] = changed
        self.globals = self.files = None
        return left

    def before_call(self):
        flush_stderr()
        self.records, self.warned, self.slept, self.taken = [], [], 0.0, set()
        self.number += 1
        MUTTERING.parts[:] = []

    def events(self, result, parts):
        """What a call has left that can be told call by call, as texts by kind."""
        left = {}
        if self.records:
            left["logging"] = listed(self.records)
        if self.warned:
            left["warnings"] = listed(self.warned)
        flush_stderr()
        if MUTTERING.parts:
            said = b"".join(MUTTERING.parts).decode("utf-8", "backslashreplace")
            left["stderr"] = text_of(without_places(said))
        if self.slept:
            left["sleep"] = float_text(self.slept)
        if result is not None and type(result) not in LEAVES:
            try:
                shared = sharing(result, parts, self.earlier)
            except Exception:  # an object that answers oddly when it is looked at
                shared = []
            if shared:
                left["sharing"] = json.dumps(shared)
        return left

    def changed_states(self):
        """What a call changed of the process, as texts by kind."""
        if not self.states:
            return {}
        then, now = self.process, self.of_process(self.process[0])
        self.process = now
        left = {}
        if self.taken:
            left["locks"] = json.dumps(sorted(self.taken))
        if then[0] != now[0]:
            ours_ = {"PYTHONPATH"} if FOLDERS else ()
            plain = lambda text: os.fsdecode(text) if isinstance(text, bytes) else text
            changed = [n for n in {*then[0], *now[0]} if then[0].get(n) != now[0].get(n) and plain(n) not in ours_]
            if changed:
                left["environment"] = json.dumps({plain(n): plain(now[0].get(n)) for n in sorted(changed)})
        for at, kind in ((1, "folder"), (2, "locale")):
            if then[at] != now[at]:
                left[kind] = json.dumps(now[at])
        if then[3] != now[3]:
            pairs = zip(SIGNALS, now[3], then[3])
            changed = {n: handler_name(h) for (n, _), h, old in pairs if h is not old and h != old}
            if changed:
                left["signals"] = json.dumps(changed)
        return left

    @staticmethod
    def of_process(before=None):
        try:
            folder = os.getcwd()
        except OSError:
            folder = None
        handlers = [HANDLER(number) for _, number in SIGNALS]
        names = getattr(os.environ, "_data", os.environ)
        return before if names == before else dict(names), folder, LOCALE and LOCALE(), handlers

    # ---- globals

    def of_globals(self):
        """The data that the project's modules and classes keep: a mark and where it stands, by name."""
        found, seen = {}, set()
        # What a version imports from its neighbours is theirs.
        for module in sorted(project_modules(), key=lambda m: m.__name__ == NAME):
            lead = "" if module.__name__ == NAME else module.__name__ + "."
            for name, value in list(vars(module).items()):
                if type(value) not in LEAVES:
                    if id(value) in seen:
                        continue
                    seen.add(id(value))
                if not name.startswith("__") and len(found) < 20_000:
                    try:
                        self.data(found, lead + name, value, module.__name__)
                    except Exception:  # an object that answers oddly when it is looked at
                        pass
        return found

    def data(self, found, name, value, module):
        kind = type(value)
        if is_memo(name):
            return
        if kind in LEAVES or kind in CONTAINERS or kind is itertools.count or kind.__name__ in ("ndarray", "array"):
            found[name] = mark(value), value
            return
        if isinstance(value, types.FunctionType):
            if value.__module__ != module or not (value.__defaults__ or value.__dict__):
                return
            code = value.__code__
            names = code.co_varnames[: code.co_argcount][-len(value.__defaults__ or ()) :]
            for arg, default in zip(names, value.__defaults__ or ()):
                if type(default) in CONTAINERS and not is_memo(arg):
                    found["%s(%s)" % (name, arg)] = mark(default), default
            inner = value.__dict__
        elif isinstance(value, type):
            if value.__module__ != module or isinstance(value, type(ENUM)):
                return
            inner = vars(value)
        elif getattr(kind, "__module__", None) == NAME or kind.__module__ in sys.modules and ours(sys.modules[kind.__module__]):
            if is_memo(kind.__name__):
                return
            try:
                inner = object.__getattribute__(value, "__dict__")
            except (AttributeError, TypeError):
                return
        else:
            return
        for key, part in list(inner.items()):
            kind = type(part)
            plain = kind in LEAVES or kind in CONTAINERS or kind is itertools.count
            if plain and type(key) is str and not key.startswith(("__", "_abc_")) and not is_memo(key) and key not in HASHES:
                found["%s.%s" % (name, key)] = mark(part), part

    def changed_globals(self):
        then, now = self.globals, self.of_globals()
        self.names.update(then, now)
        told = []
        for name in sorted({*then, *now}):
            old, new = then.get(name, (Missing, Missing)), now.get(name, (Missing, Missing))
            if same_mark(old[0], new[0]):
                continue
            if new[0] is Missing:
                text = '{"$name":"(gone)"}'
            else:
                encoder = StateEncoder()
                text = encoded(encoder, new[1])
                if encoder.count > MOST_OBJECTS:
                    text = '{"$unencodable":%s}' % text_of(type_name(type(new[1])))
            told.append("%s:%s" % (quote(name), text))
        return "{%s}" % ",".join(told) if told else None

    # ---- files

    def of_files(self):
        """What is in the folder that calls run in and in the one for temporary files: size, time and number, by path."""
        found, seen = {}, set()
        for lead, top in self.folders:
            if top in seen or top == ROOT or (ROOT + os.sep).startswith(top.rstrip(os.sep) + os.sep) or not os.access(top, os.W_OK):
                continue
            seen.add(top)
            for above, folders, files in os.walk(top):
                folders[:] = [f for f in folders if f != "__pycache__" and os.path.join(above, f) not in {*FOLDERS, *seen}]
                for file in files:
                    path = os.path.join(above, file)
                    try:
                        about = os.lstat(path)
                    except OSError:
                        continue
                    if not stat.S_ISREG(about.st_mode):
                        continue
                    found[lead + os.path.relpath(path, top)] = (about.st_size, about.st_mtime_ns, about.st_ino), path
                    if len(found) >= MOST_FILES:
                        return found
        return found

    def changed_files(self):
        then, now = self.files, self.of_files()
        changed = []
        for name in {*then, *now}:
            old, new = then.get(name), now.get(name)
            if old == new:
                continue
            if new is None:
                changed.append((UNIQUE.sub("?", self.without_names(name)), "gone"))
                continue
            size = new[0][0]
            try:
                with open(new[1], "rb") as file:
                    digest = digest_of(file.read(16 << 20))
            except OSError:
                digest = "(not to be read)"
            changed.append((UNIQUE.sub("?", self.without_names(name)), {"size": size, "digest": digest}))
        told = {}
        for name, what in sorted(changed, key=json.dumps):
            # Several whose names were drawn are told apart by what is in them.
            number = next(n for n in itertools.count(1) if n == 1 and name not in told or n > 1 and "%s (%d)" % (name, n) not in told)
            told[name if number == 1 else "%s (%d)" % (name, number)] = what
        return json.dumps(told) if told else None


def told_when_called(real, name):
    def called(*args):
        module = sys.modules.get(sys._getframe(1).f_globals.get("__name__"))
        if OUTSIDE is not None and module is not None and (module.__name__ == NAME or ours(module)):
            OUTSIDE.tell(name, "something that stays was given to %s" % name)
        return real(*args)

    return called


class Held:
    """A lock of the project, and when it was made."""

    __slots__ = ("real", "made", "called", "__weakref__")

    def __init__(self, real):
        self.real, self.made, self.called = real, BEHIND.number, None

    def acquire(self, *args, **kwargs):
        got = self.real.acquire(*args, **kwargs)
        if got:
            BEHIND.took(self)
        return got

    __enter__ = acquire

    def release(self):
        self.real.release()

    def __exit__(self, *_):
        self.real.release()

    def __getattr__(self, name):
        return getattr(self.real, name)

    def __repr__(self):
        return repr(self.real)

    def __reduce_ex__(self, protocol):
        return self.real.__reduce_ex__(protocol)

    def name(self):
        """The name of the variable that keeps it, where it is one of a module or a class."""
        if self.called is None:
            self.called = "a lock"
            for module in project_modules():
                lead = "" if module.__name__ == NAME else module.__name__ + "."
                for name, value in list(vars(module).items()):
                    if value is self:
                        self.called = lead + name
                    elif isinstance(value, type) and value.__module__ == module.__name__:
                        for inner, part in list(vars(value).items()):
                            if part is self:
                                self.called = "%s%s.%s" % (lead, name, inner)
        return self.called


def lock_kind(real):
    """What stands in the place of `threading.Lock`: the project's locks are told when they are taken."""

    class Kind(type):
        def __instancecheck__(cls, value):
            return isinstance(value, Held) and type(value.real) is type(real()) or type(value) is type(real())

    def made(cls, *args, **kwargs):
        module = sys.modules.get(sys._getframe(1).f_globals.get("__name__"))
        lock = real(*args, **kwargs)
        return Held(lock) if module is not None and (module.__name__ == NAME or ours(module)) else lock

    name = getattr(real, "__name__", "lock")
    return Kind(name, (), {"__new__": made, "__module__": getattr(real, "__module__", "_thread"), "__doc__": real.__doc__})


def digest_of(data):
    import hashlib

    return hashlib.blake2b(data, digest_size=16).hexdigest()


def listed(events):
    if len(events) > MOST_EVENTS:
        rest = json.dumps(events[MOST_EVENTS:]).encode()
        events = events[:MOST_EVENTS] + [["…", len(events) - MOST_EVENTS, digest_of(rest)]]
    return json.dumps(events)


def handler_name(handler):
    if handler is None or isinstance(handler, int):
        return {None: "none", 0: "SIG_DFL", 1: "SIG_IGN"}.get(handler if handler is None else int(handler), "?")
    return "a function"


def project_modules():
    """The target's module, and those of the project that are loaded."""
    found = []
    for name, module in sorted(sys.modules.items()):
        if isinstance(module, types.ModuleType) and name not in (GENERATOR_NAME, "__main__") and (name == NAME or ours(module)):
            found.append(module)
    return found


SHARES = frozenset((list, dict, set, bytearray, collections.deque, collections.defaultdict, collections.OrderedDict, collections.Counter))


class Walk:
    """Goes through a value breadth first, to all that can be changed in it."""

    def __init__(self, left):
        self.left, self.kinds = left, {}

    def through(self, root, name):
        """Each value that can be changed, with the way to it; also one that was met before."""
        queue, seen = collections.deque([(root, (None, name))]), set()
        while queue and self.left > 0:
            value, way = queue.popleft()
            kind = type(value)
            known = self.kinds.get(kind)
            if known is None:
                known = self.kinds[kind] = self.of(kind)
            if not known:
                continue
            if known > 1:
                yield value, way, known
            if id(value) in seen:
                continue
            seen.add(id(value))
            if issubclass(kind, dict):
                inner = in_key_order(dict.items(value))
            elif issubclass(kind, (list, tuple)) or kind is collections.deque:
                if all(k in LEAVES for k in set(map(type, value))):
                    continue
                inner = enumerate(list(value))
            elif kind is Drained:
                inner = enumerate(value.items)
            else:
                try:
                    inner = in_key_order(fields_of(value, kind).items())
                except (AttributeError, TypeError):
                    continue
            for key, part in inner:
                if type(part) not in LEAVES:
                    queue.append((part, (way, key, known == 3)))
                    self.left -= 1

    @staticmethod
    def of(kind):
        """0: nothing in it can be changed; 1: itself not; 2: a container; 3: an object of the project's."""
        if kind in SHARES:
            return 2
        if kind in (tuple, Drained):
            return 1
        module = kind.__module__
        if module != NAME and not (module in sys.modules and ours(sys.modules[module])) or isinstance(kind, type(ENUM)):
            return 0
        frozen = getattr(getattr(kind, "__dataclass_params__", None), "frozen", False)
        plain = kind.__setattr__ is object.__setattr__ and not frozen and not issubclass(kind, (tuple, BaseException, type, str, int, float))
        return 3 if plain else 1 if not issubclass(kind, (str, int, float, type)) else 0


def in_key_order(items):
    """What can have something in it, by keys, whatever the order in which they came into the dict."""
    inner = [item for item in items if type(item[1]) not in LEAVES]
    return sorted(inner, key=lambda item: (type(item[0]).__name__, item[0] if type(item[0]) is int else 0, str(item[0]) if type(item[0]) in LEAVES else ""))


def way_text(way):
    parts = []
    while way is not None:
        if way[0] is None:
            parts.append(way[1])
            break
        above, key, field = way
        parts.append(".%s" % key if field else "[%s]" % (key if type(key) is int else ascii(key) if type(key) is str else "…"))
        way = above
    return "".join(reversed(parts))


def sharing(result, parts, earlier):
    """Where what came of a call is the very same object as one of its arguments or as what an earlier call gave, or has one
    container at two places."""
    firsts, told = {}, []
    for value, way, known in Walk(MOST_NODES).through(result, "result"):
        first = firsts.get(id(value))
        if first is None:
            firsts[id(value)] = way, value
        elif known == 2 and len(told) < 20:
            told.append("%s is %s" % (way_text(way), way_text(first[0])))
    if not firsts:
        return told
    seen, more = set(), 0
    for name, value in places(*parts):
        if type(value) in LEAVES:
            continue
        for value, way, _ in Walk(MOST_NODES).through(value, name):
            first = firsts.get(id(value))
            if first is not None and id(value) not in seen:
                seen.add(id(value))
                if len(told) < 40:
                    told.append("%s is %s" % (way_text(first[0]), way_text(way)))
    for number, (way, value) in firsts.items():
        if number in earlier:
            if number not in seen and more < 20:
                more += 1
                told.append("%s is what an earlier call gave" % way_text(way))
        elif len(earlier) < MOST_KEPT:
            earlier[number] = value
    return sorted(told)


# -------------------------------------------------------------------------------- what is not the version's

# Names that Python itself gives to modules and classes when it needs them, with what is then in them.
GIVEN = {
    "__warningregistry__": lambda v: type(v) is dict and all(type(x) in (bool, int) and (x in (0, 1) or k == "version") for k, x in v.items()),
    "__annotations__": lambda v: type(v) is dict and not v,
    "__conditional_annotations__": lambda v: type(v) is set,
    "__annotate__": lambda v: v is None or isinstance(v, types.FunctionType),
    "__annotate_func__": lambda v: v is None or isinstance(v, types.FunctionType),
    "__annotations_cache__": lambda v: v is None or type(v) is dict,
    "__abstractmethods__": lambda v: type(v) is frozenset,
    "__static_attributes__": lambda v: type(v) is tuple,
    "__firstlineno__": lambda v: type(v) is int,
    **dict.fromkeys(("__doc__", "__cached__", "__file__"), lambda v: v is None or type(v) is str),
    "__path__": lambda v: type(v) is not dict,
    "__builtins__": lambda v: v is sys.modules["builtins"] or v is vars(sys.modules["builtins"]),
    "__spec__": lambda v: v is None or isinstance(v, importlib.machinery.ModuleSpec),
    "__loader__": lambda v: v is None or type(v).__module__ != NAME,
}
# Names that it gives to one module alone.
GIVEN_TO = {
    "builtins": {"_": callable},
    "sys": {
        **dict.fromkeys(("ps1", "ps2"), lambda v: type(v) is str),
        **dict.fromkeys(("argv", "path"), lambda v: type(v) is list and all(isinstance(x, (str, bytes, os.PathLike)) for x in v)),
        **dict.fromkeys(("last_exc", "last_value"), lambda v: isinstance(v, BaseException)),
        **dict.fromkeys(("last_type",), lambda v: isinstance(v, type)),
        **dict.fromkeys(("last_traceback",), lambda v: isinstance(v, (types.TracebackType, type(None)))),
    },
}


def is_given(where, name, value):
    """Whether a name is one that Python itself gives there, and holds what it puts there."""
    fits = GIVEN_TO.get(where, {}).get(name) or GIVEN.get(name)
    try:
        return fits is not None and bool(fits(value))
    except Exception:  # an object that answers oddly when it is looked at
        return False


CYTHON = re.compile("cython_runtime$|_cython_[0-9_]+$")  # modules that code of Cython shares
BASIC = (object, type, int, float, str, bytes, list, dict, set, tuple, types.FunctionType, types.ModuleType, BaseException)
CACHE = type(functools.lru_cache(None)(abs))
FILLED = frozenset(("inspect.modulesbyfile", "posix.environ", "os.environ", "copyreg.dispatch_table", "warnings.filters", "_warnings.filters"))  # by Python itself, or told otherwise
LOGGER = frozenset(("name", "level", "parent", "propagate", "handlers", "disabled", "filters", "manager", "root", "_cache", "loggerMap"))
CALLED_IN_C = (CACHE, type(len), type(str.join), type(dict.__dict__["fromkeys"]), type(object.__init__))


class Outside:
    """What a version does not own: built-in names, modules of others, the collector, hooks, threads. What it changes there lives
    longer than its module; it is found by comparing, put back, and told once."""

    def __init__(self, collecting):
        self.collecting, self.thresholds = collecting, gc.get_threshold()
        self.callbacks, self.frozen = list(gc.callbacks), gc.get_freeze_count()
        self.switch, self.threads = sys.getswitchinterval(), THREADS._count()
        self.words = set(re.findall(r"\w+", TEXT))
        self.told, self.held, self.known_words = set(), {}, None
        self.modules, self.classes, self.functions, self.contents, self.sources = [], [], [], [], {}
        self.handlers = [HANDLER(number) for _, number in SIGNALS]
        self.lists = [(name, list(getattr(sys, name, ()))) for name in ("path", "argv", "warnoptions", "orig_argv")]
        self.objects, self.known_objects, self.finders = [], set(), list(sys.meta_path) + list(sys.path_hooks)
        self.loaded_before = set(sys.modules)
        named = [(n, m) for n, m in sys.modules.items() if isinstance(m, types.ModuleType)]
        for name, module in named:
            if ours(module):
                continue
            # Of the others it is seen in the end; names in the text say what a version reaches first, and never all of it.
            near = name in ("builtins", "sys", "__main__") or name.rpartition(".")[2] in self.words
            names = vars(module)
            self.modules.append((name, names, dict(names), near))
            # Packages fill what they keep when they are used.
            if near or is_of_python(module):
                self.look_closer(name, names)
        for kind in BASIC:
            self.classes.append((type_name(kind), kind, dict(vars(kind))))

    def look_closer(self, module, names):
        """Remembers what hangs on the functions, classes and containers of a module."""
        for name, value in list(names.items()):
            where = "%s.%s" % (module, name)
            kind = type(value)
            if kind is types.FunctionType:
                if value.__module__ == module:
                    self.functions.append((where, value, value.__code__, value.__defaults__, value.__kwdefaults__, dict(value.__dict__)))
            elif isinstance(value, type):
                if value.__module__ == module and value not in BASIC:
                    self.classes.append((where, value, dict(vars(value))))
            elif kind in (dict, list, set) and module != "sys" and where not in FILLED and not is_memo(name) and not name.startswith("_") and len(value) < 10_000:
                self.contents.append((where, value, kind(value)))
            elif kind not in LEAVES and not isinstance(value, types.ModuleType) and id(value) not in self.known_objects:
                self.object(where, value)

    def object(self, where, value):
        try:
            names = object.__getattribute__(value, "__dict__")
        except (AttributeError, TypeError):
            return
        if type(names) is dict and not self.is_project(type(value)):
            self.known_objects.add(id(value))
            self.objects.append((where, value, names, set(names)))

    @staticmethod
    def is_project(kind):
        module = sys.modules.get(kind.__module__)
        return module is None or module.__name__ == NAME or ours(module)

    # ---- telling

    def tell(self, word, sentence):
        """Says something once: what the original does as well is taken out by who reads it. Whether it is to be put back: not
        where the code of the original, or of another module of the project, speaks of it too, for it may be needed."""
        if word not in self.told:
            self.told.add(word)
            if len(self.told) <= 30:
                say("survives", sentence)
        if self.known_words is None:
            self.known_words = self.words_of_others()
        return word.rpartition(".")[2] not in self.known_words

    @staticmethod
    def words_of_others():
        """Names and texts in the code of the original and of the project's other modules; what is said about code is none of it."""
        words = set()
        files = [getattr(m, "__file__", None) for n, m in list(sys.modules.items()) if n != NAME and isinstance(m, types.ModuleType) and ours(m)]
        for file in [FILE, *files]:
            try:
                with open(file, encoding="utf-8", errors="replace") as opened:
                    tree = ast.parse(opened.read())
            except (OSError, TypeError, SyntaxError, ValueError, RecursionError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                    node.value.value = None  # a docstring
            for node in ast.walk(tree):
                if isinstance(node, ast.Name):
                    words.add(node.id)
                elif isinstance(node, ast.Attribute):
                    words.add(node.attr)
                elif isinstance(node, ast.alias):
                    words.update(node.name.split("."))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    words.add(node.value)
        return words

    def makes(self, where, name):
        """Whether the text of a module or class of others says that it makes a name itself, when it is needed."""
        if where not in self.sources:
            module, text = where, ""
            while module and not isinstance(sys.modules.get(module), types.ModuleType):
                module = module.rpartition(".")[0]
            file = getattr(sys.modules.get(module), "__file__", None) or ""
            try:
                if file.endswith(".py"):
                    with open(file, encoding="utf-8", errors="replace") as opened:
                        text = opened.read()
            except OSError:
                pass
            self.sources[where] = text
        made = r"\bglobal\b[^\n]*\b%s\b" if where in sys.modules else r"\.%s\s*=[^=]"
        return re.search(made % re.escape(name), self.sources[where]) is not None

    # ---- comparing

    def loaded(self):
        """After the module was loaded: what it has put elsewhere stays, with what is in it now."""
        self.check(True)

    def check(self, loading=False, closely=True, switch=True):
        """Compares; not so closely between bursts, until something was found. `switch` also whether the collector is on."""
        self.collector(closely, switch)
        closely = closely or bool(self.told)
        for name, names, kept, near in self.modules:
            if closely or near:
                if len(names) != len(kept) or any(map(operator.is_not, kept.values(), map(names.get, kept))):
                    for new in [n for n in names if n not in kept]:
                        self.added(name, names, new, loading)
                    for old, value in kept.items():
                        if names.get(old, Missing) is not value:
                            self.replaced(name, names, old, value, near)
            elif len(names) > len(kept):
                for new in [n for n in names if n not in kept]:
                    self.added(name, names, new, loading)
        if closely:
            self.closer(loading)
        self.modules_added(loading)
        for _, restore in self.held.values():
            restore()

    def closer(self, loading):
        for where, kind, kept in self.classes:
            names = vars(kind)
            if len(names) == len(kept) and not any(map(operator.is_not, kept.values(), map(names.get, kept))):
                continue
            for new in [n for n in names if n not in kept]:
                self.added(where, kind, new, loading)
            for old, value in kept.items():
                now = names.get(old, Missing)
                method = isinstance(value, (types.FunctionType, property, classmethod, staticmethod)) or isinstance(value, CALLED_IN_C)
                if now is not value and method and not BEHIND.is_hook(kind, old, now):
                    if self.tell("%s.%s" % (where, old), "`%s` of %s was %s" % (old, where, "taken away" if now is Missing else "replaced")):
                        setattr(kind, old, value)
        for where, function, code, defaults, named, kept in self.functions:
            if len(function.__dict__) > len(kept):
                for new in set(function.__dict__) - set(kept):
                    self.added(where, function.__dict__, new, loading)
            if function.__code__ is not code or function.__defaults__ is not defaults or function.__kwdefaults__ is not named:
                if self.tell(where, "the code or the defaults of %s were replaced" % where):
                    function.__code__, function.__defaults__, function.__kwdefaults__ = code, defaults, named
        for where, value, names, kept in self.objects:
            if len(names) > len(kept):
                for new in [n for n in names if n not in kept]:
                    # What a property keeps so that it need not be worked out again is in its place.
                    if type(getattr(type(value), str(new), None)).__name__ != "cached_property":
                        self.added(where, names, new, loading)
        # Loggers are known to all by their names.
        for name, logger in list(getattr(getattr(getattr(sys.modules.get("logging"), "root", None), "manager", None), "loggerDict", {}).items()):
            names = getattr(logger, "__dict__", {})
            for new in [n for n in names if n not in LOGGER] if type(logger).__module__ == "logging" else ():
                self.added("the logger " + name, names, new, loading)
        for (name, number), was in zip(SIGNALS, self.handlers):
            now = HANDLER(number)
            if now is not was and callable(now):
                self.tell("signal." + name, "a handler was given to %s" % name)
        for name, kept in self.lists:
            now = getattr(sys, name, None)
            strange = now != kept if name == "argv" else any(type(part) in CONTAINERS for part in now or ())
            if strange and self.tell("sys." + name, "it keeps things in sys.%s" % name) and type(now) is list:
                now[:] = kept
        for finder in (*sys.meta_path, *sys.path_hooks):
            if not any(finder is known for known in self.finders):
                self.finders.append(finder)
                kind = finder if isinstance(finder, (type, types.FunctionType)) else type(finder)
                if kind.__module__ == "builtins" or self.is_project(kind):
                    self.tell("meta_path", "something was put among the finders of modules")
        for where, value, copy in self.contents:
            if not same_content(value, copy) and self.tell(where, "it keeps things in %s" % where):
                refill(value, copy)

    def collector(self, closely, switch):
        if switch and gc.isenabled() != self.collecting:
            if self.tell("gc.disable" if self.collecting else "gc.enable", "the garbage collector was switched %s" % ("off" if self.collecting else "on")):
                (gc.enable if self.collecting else gc.disable)()
            else:
                self.collecting = gc.isenabled()
        if gc.get_threshold() != self.thresholds:
            if self.tell("set_threshold", "the thresholds of the garbage collector were changed"):
                gc.set_threshold(*self.thresholds)
        if gc.callbacks != self.callbacks and self.tell("callbacks", "a callback was given to the garbage collector"):
            gc.callbacks[:] = self.callbacks
        # Python counts them one by one.
        if closely and gc.get_freeze_count() > self.frozen and self.tell("freeze", "objects were hidden from the garbage collector (freeze)") and not self.frozen:
            gc.unfreeze()  # later it would bring back what the driver has hidden
        if sys.getswitchinterval() != self.switch and self.tell("setswitchinterval", "the interval at which threads take turns was changed"):
            sys.setswitchinterval(self.switch)
        monitoring = getattr(sys, "monitoring", None)
        if closely and monitoring is not None and any(monitoring.get_tool(number) for number in range(6)):
            self.tell("monitoring", "a tool was given to sys.monitoring")
        for get, put in ((sys.getprofile, sys.setprofile), (sys.gettrace, sys.settrace)):
            if get() is not None and self.tell(put.__name__, "a hook was set with sys.%s" % put.__name__):
                put(None)

    def is_of_others(self, value):
        """A function, class or module that is not the project's."""
        if isinstance(value, types.ModuleType):
            return True
        if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
            module = sys.modules.get(getattr(value, "__module__", None) or "")
            return module is not None and module.__name__ != NAME and not ours(module) and module.__name__ != "__main__"
        return False

    def added(self, where, names, new, loading):
        key = (where, new)
        value = vars(names).get(new) if isinstance(names, type) else names.get(new)
        known = self.held.get(key)
        if known is not None or not isinstance(new, str):
            if known is not None and known[0] is not value:
                if loading:  # once more
                    self.held[key] = value, hold(value)
                elif not isinstance(names, type):
                    names[new] = known[0]
            return
        if self.is_of_others(value) or is_given(where, new, value) or new not in self.words and self.makes(where, new):
            return
        if not self.tell("%s.%s" % (where, new), "a name `%s` was added to %s" % (new, where)):
            return
        if loading:
            self.held[key] = value, hold(value)
            return
        try:
            if isinstance(names, type):
                delattr(names, new)
            else:
                del names[new]
        except (KeyError, AttributeError, TypeError):
            pass

    def replaced(self, where, names, old, value, near):
        now = names.get(old, Missing)
        if isinstance(value, types.ModuleType) or is_given(where, old, now) or BEHIND.is_hook(sys.modules.get(where), old, now):
            return
        # What a module puts in the place of something of its own it needs.
        itself = not near and self.is_of_others(now) and getattr(now, "__module__", None) == where
        own = callable(value) and not itself or near and old in self.words and not old.startswith("_")
        if own and self.tell("%s.%s" % (where, old), "`%s` of %s was %s" % (old, where, "taken away" if now is Missing else "replaced")):
            names[old] = value

    def modules_added(self, loading):
        if len(sys.modules) == len(self.loaded_before):
            return
        for name, module in list(sys.modules.items()):
            if name in self.loaded_before:
                continue
            known = self.held.get((name, None))
            if known is not None:
                if known[0] is not module:
                    if loading:
                        self.held[(name, None)] = module, hold(module)
                    else:
                        sys.modules[name] = known[0]
                continue
            kind = type(module)
            strange = module is not None and (
                kind is types.ModuleType and module.__spec__ is None and getattr(module, "__file__", None) is None
                or kind.__module__ in ("builtins", "collections", NAME) and not isinstance(module, types.ModuleType)
            )
            if not strange or CYTHON.match(str(name)) and not any(type(v) in CONTAINERS for v in vars(module).values()):
                self.loaded_before.add(name)
            elif self.tell("sys.modules." + str(name), "`%s`, which is no module of a file, was put among the modules" % name):
                if loading:
                    self.held[(name, None)] = module, hold(module)
                else:
                    sys.modules.pop(name, None)
            else:
                self.loaded_before.add(name)

    def running(self):
        """After all calls of a pass: threads, timers and processes of the version that still run. What they do before the end is seen
        by the clocks."""
        for _ in range(40):
            if THREADS._count() <= self.threads:
                break
            NAP(0.005)
        else:
            self.tell("Thread", "a thread that it started still runs after its calls")
        for number in range(3):
            try:
                if any(sys.modules["_signal"].getitimer(number)):
                    self.tell("setitimer", "a timer that it set still runs after its calls")
            except (AttributeError, ValueError, OSError):
                pass
        try:
            with open("/proc/self/task/%d/children" % os.getpid()) as file:
                tracker = getattr(sys.modules.get("multiprocessing.resource_tracker"), "_resource_tracker", None)
                if set(file.read().split()) - {str(getattr(tracker, "_pid", ""))}:
                    self.tell("process", "a process that it started still runs after its calls")
        except OSError:
            pass


THREADS, NAP = __import__("_thread"), time.sleep


def same_content(value, copy):
    if len(value) != len(copy):
        return False
    if type(value) is dict:
        return not any(map(operator.is_not, copy.values(), map(value.get, copy)))
    return value == copy if type(value) is set else not any(map(operator.is_not, value, copy))


def refill(value, copy):
    """Gives a container its old content."""
    if type(value) is list:
        value[:] = copy
    else:
        value.clear()
        value.update(copy)


def hold(value, depth=0):
    """A function that gives a value the content back that it has now, as far as can be done."""
    kind = type(value)
    if isinstance(value, CACHE):
        return value.cache_clear
    if isinstance(value, (dict, list, set)):
        copy = (list if isinstance(value, list) else set if isinstance(value, set) else dict)(value)
        if isinstance(value, list):
            return lambda: value.__setitem__(slice(None), copy)
        return lambda: (value.clear(), value.update(copy))
    try:
        names = vars(value) if not isinstance(value, type) else {}
    except TypeError:
        names = {}
    if depth >= 2 or kind.__module__ == "builtins" and not isinstance(value, types.ModuleType):
        return lambda: None
    parts, copy = [hold(part, depth + 1) for part in list(names.values())[:100]], dict(names)

    def restore():
        if names and names != copy:
            names.clear()
            names.update(copy)
        for part in parts:
            part()

    return restore


def imported_at_the_top(text):
    """Modules that a text imports when it is loaded, without conditions."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module and node.module != "__future__":
            yield node.module


def is_of_python(module):
    """Whether a module that is loaded belongs to Python itself."""
    file = getattr(module, "__file__", None)
    return file is None or file.startswith(os.path.dirname(os.__file__) + os.sep) and "-packages" not in file


def is_standard(name):
    try:
        spec = importlib.util.find_spec(name.partition(".")[0])
    except (ImportError, ValueError, AttributeError):
        return False
    where = spec.origin if spec is not None else None
    return where in ("built-in", "frozen") or where is not None and os.path.dirname(os.__file__) + os.sep in where and "-packages" not in where


def prepare_to_watch(timed):
    """Before the module is loaded: modules of others that it needs are, so that changes to them can be seen."""
    global BEHIND, OUTSIDE
    try:
        names = list(imported_at_the_top(TEXT))
    except (SyntaxError, ValueError, RecursionError):
        names = []
    names += [name for name in ("logging",) if re.search(r"\blogging\b", TEXT)]
    # Of those that are imported later only what the original does not speak of: few, and never a large package.
    try:
        with open(FILE, encoding="utf-8", errors="replace") as file:
            known = set(re.findall(r"\w+", file.read()))
    except OSError:
        known = set()
    later = LATER | set(re.findall(r"""(?:__import__|import_module)\(\s*['"]([\w.]+)""", TEXT))
    names += [name for name in sorted(later) if name.partition(".")[0] not in known and is_standard(name)]
    for name in names:
        top = name.partition(".")[0]
        try:
            spec = importlib.util.find_spec(top)
            where = [spec.origin] if spec is not None and spec.origin else list(getattr(spec, "submodule_search_locations", None) or [])
            inside = any(p.startswith(ROOT + os.sep) and not re.search(r"[/\\](site|dist)-packages[/\\]", p) for p in where)
            if spec is not None and not inside and top != NAME.partition(".")[0]:
                importlib.import_module(name)
        except BaseException:  # its own import will tell
            pass
    BEHIND = Behind()
    BEHIND.hook()
    if not timed:
        BEHIND.hook_locks()
    collecting = gc.isenabled()
    gc.disable()  # so many dicts at once
    OUTSIDE = Outside(collecting)
    if collecting:
        gc.enable()


# ------------------------------------------------------------------------------------------- bursts


def counted():
    """How much calls have told in all, whether or not they are looked at."""
    try:
        OURS.flush()
    except ValueError:  # the program closed it
        pass
    flush_stderr()
    return {**BEHIND.counts, "printed": WIRE.count, "stderr": MUTTERING.count}


class Raised:
    """What a call raised."""

    __slots__ = ("error",)

    def __init__(self, error):
        self.error = error.with_traceback(None)


BRANCHES = 12  # ways of writing a call that one loop tells apart


def shape(call):
    """How a call is written: the number of its arguments, and the names of those that have one."""
    return len(call.args), tuple(call.keywords)


def flattened(call, shapes):
    """A call as the loops take it: which shape it has, what is called, and the values."""
    return (shapes.index(shape(call)), call.func, *call.args, *call.keywords.values())


def loop_over(shapes, waits):
    """A loop over calls of these shapes that makes them as a program does that has them in its text: `f(a, b, key=c)`.
    It makes some passes, and then those whose results are kept, for keeping takes some time.

    A call through an object that holds the arguments would cost as much as a short function itself, and the interpreter
    makes a call of one Python function by another one without leaving its own loop."""
    text = ["async def burst(passes, last, results):" if waits else "def burst(passes, last, results):"]
    for which, to in (("passes", "_"), ("last", "results[at]")):
        text.append(" for calls in %s:" % which)
        text.append("  for one in calls:" if which == "passes" else "  for at, one in enumerate(calls):")
        text.append("   try:")
        for number, (count, names) in enumerate(shapes):
            values = ["a%d" % n for n in range(count + len(names))]
            given = values[:count] + ["%s=%s" % pair for pair in zip(names, values[count:])]
            space = "    "
            if len(shapes) > 1:
                text.append("    else:" if number == len(shapes) - 1 else "    %s one[0] == %d:" % ("elif" if number else "if", number))
                space = "     "
            text.append(space + ", ".join(["_", "f"] + values) + " = one")
            text.append("%s%s = %sf(%s)" % (space, to, "await " if waits else "", ", ".join(given)))
        text.append("   except BaseException as error:")
        text.append("    %s = Raised(error)" % to)
    names = {"Raised": Raised, "BaseException": BaseException, "enumerate": enumerate}
    exec(compile("\n".join(text), "<calls>", "exec"), names)
    return names["burst"]


def without_keeping(bare):
    """The same for passes whose results are not kept."""

    def burst(passes, last, results):
        for calls in passes:
            bare(calls)
        for calls in last:
            bare(calls)

    return burst


class Server:
    """Answers requests: prepares passes, makes them in one burst, and looks at outcomes before the next one."""

    def __init__(self, line, spare, before, fresh):
        self.line, self.before, self.count = line, before, len(spare.calls)
        self.source = instances(False, spare) if fresh else None
        self.spare, self.others, self.other_ones = spare, None, []
        self.texts = ["\0".join(text) for text in before]
        self.known = [None] * self.count  # the outcome of each call, as it was seen at once
        self.left = [{}] * self.count  # and what it left elsewhere
        self.counts = [{}] * self.count  # how much of each kind of event that was
        self.fewer = {}  # kinds of events that are missing where nobody looks at calls, with the number of the pass
        self.early = []  # outcomes that were seen before those: (call, line, pass)
        self.other = {}  # outcomes that differ from those
        self.other_pass = self.passes = 0
        self.lasting = [None] * self.count  # calls that change nothing serve every pass
        self.again = {}  # passes of such calls
        self.manners, self.prints, self.aliased = set(), False, False
        self.pending = self.counting = None
        self.shapes = list(dict.fromkeys(map(shape, spare.calls)))
        fits = len(self.shapes) <= BRANCHES and all(name.isidentifier() and not keyword.iskeyword(name) for _, names in self.shapes for name in names)
        if not fits:
            self.shapes = [(0, ())]
        self.flat = (lambda call: flattened(call, self.shapes)) if fits else (lambda call: (0, call))
        self.plain, self.waiting = loop_over(self.shapes, False), None

    def run(self, read=os.read, write=os.write, loads=json.loads):
        line, collecting = self.line, OUTSIDE.collecting
        reply = '{"calls":%d,"different":%d}' % (self.count, len(set(self.texts)))
        while True:
            said = read(line, 1 << 16)
            OUTSIDE.check(closely=False)
            gc.disable()
            if not said:
                os._exit(1)
            request = loads(said)
            self.count_back()
            self.look_back()
            if request.get("end"):
                OUTSIDE.check(switch=False)
                OUTSIDE.running()
                return
            chosen = self.chosen(request)
            if request.get("known"):
                self.see(chosen)
            passes = self.in_others(chosen, request) if "instance" in request else self.prepared(chosen, request["passes"])
            results, work = [None] * len(chosen), self.work()
            kept = self.manners <= {PLAIN} or self.manners == {AWAITABLE}
            bare = [one.ready(self.flat) if kept else one.calls for one in passes]
            if self.source is not None:
                work = self.one_by_one(work, passes)
            self.passes += len(passes)
            last = []
            if request.get("look") and passes:
                self.pending = chosen, passes[-1], results, self.passes, kept
                last = [bare.pop()]
            self.counting = chosen, len(passes), counted()
            if collecting:
                gc.enable()
            write(line, b"r")
            if read(line, 16) != b"g":
                os._exit(1)
            work(bare, last, results)
            write(line, b"d" + reply.encode())

    def work(self):
        """How the passes of a burst are made: see `loop_over`."""
        if self.manners <= {PLAIN}:
            return self.plain
        if self.manners == {AWAITABLE}:
            if self.waiting is None:
                self.waiting = loop_over(self.shapes, True)
            return lambda *how: loop().run_until_complete(self.waiting(*how))
        return without_keeping(bare_iterators if self.manners == {ITERATOR} else bare_mixed)

    @staticmethod
    def one_by_one(work, passes):
        """The same where each pass has an instance of the module of its own."""

        def made(bare, last, results):
            for at, one in enumerate(passes):
                one.instance and one.instance.put()
                if at < len(bare):
                    work((bare[at],), (), results)
                else:
                    work((), last, results)

        return made

    def chosen(self, request):
        """The numbers of the calls that a request is about."""
        if "range" in request:
            return range(*request["range"])
        if "half" not in request:
            return range(self.count)
        # Calls that are alike are in the same half.
        draw = random.Random(request["seed"])
        alike = sorted(set(self.texts))
        draw.shuffle(alike)
        first = set(alike[: (len(alike) + 1) // 2])
        return [at for at in range(self.count) if (self.texts[at] in first) == (request["half"] == 0)]

    def in_others(self, chosen, request):
        """Passes with an instance of the module of their own each: new ones, or the same again. New ones have made all the
        other calls before."""
        if self.others is None:
            self.others = instances(False, self.spare)
            self.own = next(self.others)
        made = lambda calls: [Pass(one.calls, one.parts) for one in (Prepared(other, list(calls)) for other in self.other_ones)]
        if request["instance"] == "new":
            self.other_ones = [next(self.others) for _ in range(request["passes"])]
            if "half" in request:
                rest = self.chosen({**request, "half": 1 - request["half"]})
                kept = self.manners <= {PLAIN} or self.manners == {AWAITABLE}
                self.work()([one.ready(self.flat) if kept else one.calls for one in made(rest)], (), [None] * len(rest))
        passes = made(chosen)
        # What is prepared next is for the usual instance.
        self.own.put()
        return passes

    def prepared(self, chosen, passes):
        made = []
        for _ in range(passes):
            if self.source is not None:
                one = Prepared(next(self.source), list(chosen))
                made.append(Pass(one.calls, one.parts))
                made[-1].instance = one.instance
                continue
            anew = [at for at in chosen if self.lasting[at] is None]
            if not anew:
                key = tuple(chosen) if type(chosen) is list else chosen
                one = self.again.get(key)
                if one is None:
                    both = [self.lasting[at] for at in chosen]
                    one = self.again[key] = Pass([call for call, _ in both], [parts for _, parts in both])
                made.extend([one] * passes)
                break
            new = Prepared(None, anew)
            if len(anew) < len(chosen):
                news = dict(zip(anew, zip(new.calls, new.parts)))
                both = [news.get(at) or self.lasting[at] for at in chosen]
                made.append(Pass([call for call, _ in both], [parts for _, parts in both]))
            else:
                made.append(Pass(new.calls, new.parts))
        return made

    def see(self, chosen):
        """Makes those of the calls whose outcomes are not known yet, and looks at each at once."""
        chosen = [at for at in chosen if self.known[at] is None]
        if not chosen:
            return
        one = Prepared(next(self.source) if self.source is not None else None, chosen)
        for number, (at, line, how, said, left) in enumerate(self.seen(one, chosen)):
            self.known[at], self.left[at] = line, left
            self.manners.add(how)
            self.prints = self.prints or bool(said)
            if self.source is None and not said and self.lasts(at, line, one.parts[number]):
                self.lasting[at] = one.calls[number], one.parts[number]
        OUTSIDE.check(switch=False)
        early, self.early = self.early, []
        for at, line, number in early:
            if self.known[at] is None:
                self.early.append((at, line, number))
            elif line != self.known[at]:
                self.differs(at, line, number)

    def seen(self, one, chosen):
        if one.instance is not None:
            one.instance.put()
        WIRE.parts = []
        printed()
        BEHIND.begin(False)
        for number, at in enumerate(chosen):
            before = counted()
            line, how, said, left = one_looked_at(at + 1, one.calls[number], one.parts[number], self.before[at], 1)
            if self.known[at] is None:
                self.counts[at] = {kind: count - before[kind] for kind, count in counted().items()}
            yield at, line, how, said, left
        BEHIND.end()
        WIRE.parts = None

    def lasts(self, at, line, parts):
        """Whether a call may be made again with the very same values: it has left them as they were, as far as can be seen,
        and nothing that cannot be seen is in them."""
        text = self.texts[at]
        if '"changed":' in line or any(mark in text for mark in ('"$iter"', '"$unencodable"')):
            return False
        # What a property keeps so that it need not be worked out again is no part of a text.
        kinds = [type(value) for _, value in places(*parts)]
        for name in types_in([text]):
            module, _, name = name.rpartition(".")
            kinds.append(getattr(sys.modules.get(module), name, object))
        keeps = lambda kind: any(type(value).__name__ == "cached_property" for base in kind.__mro__ for value in vars(base).values())
        return not any(isinstance(kind, type) and keeps(kind) for kind in kinds)

    def count_back(self):
        """Whether calls of the last burst told as much as they did when they were looked at: a version may know when that is."""
        if self.counting is None:
            return
        chosen, passes, before = self.counting
        self.counting = None
        if any(self.known[at] is None for at in chosen):
            return
        now = counted()
        for kind, count in now.items():
            wanted = passes * sum(self.counts[at].get(kind, 0) for at in chosen)
            # Much less, so that a text which varies in its length is nothing.
            if count - before[kind] < wanted / 2:
                self.fewer.setdefault(kind, self.passes)

    def look_back(self):
        """Looks at what came of the last burst's last pass, where that was asked for."""
        if self.pending is None:
            return
        chosen, one, results, number, kept = self.pending
        self.pending = None
        if not kept or self.prints or self.aliased:
            again = self.prepared(chosen, 1)[0]
            for at, line, _, _, _ in self.seen(again, chosen):
                self.compare(at, line, number)
            return
        lines = self.lines(chosen, one, results)
        strange = [n for n, at in enumerate(chosen) if self.known[at] is not None and lines[n] != self.known[at]]
        if strange:
            # What a call gave may have been changed by a later one; then it is so each time.
            again, results = self.prepared(chosen, 1)[0], [None] * len(chosen)
            self.work()((), [again.ready(self.flat)], results)
            second = self.lines(chosen, again, results)
            if all(second[n] == lines[n] for n in strange):
                self.aliased = True
                self.early = []
                return
        for n, at in enumerate(chosen):
            self.compare(at, lines[n], number)

    def lines(self, chosen, one, results):
        told = []
        for n, at in enumerate(chosen):
            result, error = results[n], None
            if type(result) is Raised:
                result, error = None, result.error
            told.append(told_of(at + 1, result, error, "", one.parts[n], self.before[at], 1))
        return told

    def compare(self, at, line, number):
        if self.known[at] is None:
            self.early.append((at, line, number))
        elif line != self.known[at]:
            self.differs(at, line, number)

    def differs(self, at, line, number):
        if not self.other:
            self.other_pass = number
        if number == self.other_pass:
            self.other[at] = line

    def end(self):
        self.see(range(self.count))
        head = '{"reheat":"outcomes","calls":%d,"left":{}' % self.count
        lines, left = self.known, self.left
        if self.other:
            head += ',"pass":%d' % self.other_pass
            lines = [self.other.get(at) or line for at, line in enumerate(lines)]
        elif self.fewer:
            head += ',"pass":%d' % min(self.fewer.values())
            left = [{kind: text for kind, text in one.items() if kind not in self.fewer} for one in left]
            if "printed" in self.fewer:
                lines = [line.partition(',"printed":')[0] + "}" if ',"printed":' in line else line for line in lines]
        lines = [with_left(line, one) for line, one in zip(lines, left)]
        finish(head + "}\n" + "\n".join(lines))


class Pass:
    """Calls that were prepared before."""

    __slots__ = ("calls", "parts", "instance", "flat")

    def __init__(self, calls, parts):
        self.calls, self.parts, self.instance, self.flat = calls, parts, None, None

    def ready(self, flat):
        """The calls as the loops take them."""
        if self.flat is None:
            self.flat = [flat(call) for call in self.calls]
        return self.flat


# ---------------------------------------------------------------------------------------------- the run


def load():
    """Loads the target's module, and prepares the first pass with it."""
    try:
        compile(TEXT, FILE, "exec", dont_inherit=True)
    except SyntaxError as error:
        fail("%s cannot be read as Python: %s (line %s)" % (MODULE, error.msg, error.lineno))
    except (ValueError, RecursionError, MemoryError) as error:
        fail("%s cannot be read as Python: %s" % (MODULE, complaint(error)))
    lines = TEXT.splitlines(True)
    linecache.cache[FILE] = (len(TEXT), None, lines, FILE)
    try:
        import_module(NAME)
        if GENERATOR:
            import_module(GENERATOR_NAME)
    except BaseException as error:
        where, at = error.__traceback__, None
        while where is not None:
            name = where.tb_frame.f_code.co_filename
            if not name.startswith("<frozen") and name != __file__:
                at = "%s, line %d" % (os.path.relpath(name, ROOT) if name.startswith(ROOT) else os.path.basename(name), where.tb_lineno)
            where = where.tb_next
        if isinstance(error, SyntaxError):
            at = "%s, line %s" % (os.path.basename(error.filename or ""), error.lineno)
        missing = ""
        if isinstance(error, ModuleNotFoundError) and error.name:
            missing = "; the package %s is not there" % error.name.partition(".")[0]
        fail("%s cannot be imported: %s%s%s" % (MODULE, complaint(error), " (%s)" % at if at else "", missing))
    if GENERATOR and not callable(getattr(sys.modules[GENERATOR_NAME], GENERATOR_FUNCTION, None)):
        fail("%s has no function %s" % (os.path.basename(GENERATOR), GENERATOR_FUNCTION))


import_module = importlib.import_module


def instances(keep, spare):
    """Gives the module for one pass after the other: a fresh one each time, unless one is to be kept."""
    global FRESH
    compiler = type(resolve()[3]).__module__.partition(".")[0]
    if compiler in ("numba", "jax", "jaxlib", "torch") and not keep:
        say("kept", "%s compiles the function when it is first called, so all passes share one instance of the module" % compiler)
        keep = True
    if keep:
        while True:
            yield None
    FRESH = to_be_fresh(ROOTS | ({NAME, GENERATOR_NAME} & sys.modules.keys()))
    # Of a large package with many dependencies only what the calls can reach; all of it would take too long each time.
    if len(FRESH) > 2 and not (GENERATOR and any(name.rpartition(".")[0] == NAME for name in types_in(spare.texts))):
        try:
            FRESH = (touched(spare, FRESH) | {NAME} | LATER & FRESH) - {GENERATOR_NAME}
        except Exception:  # an object that answers oddly when it is looked at: then all of it
            pass
    first = Instance({name: sys.modules[name] for name in FRESH})
    yield first
    while True:
        try:
            fresh = import_fresh(sorted(FRESH))
        except BaseException as error:
            first.put()
            say("kept", "the module cannot be loaded a second time (%s), so all passes share one" % complaint(error))
            break
        if OUTSIDE.told:
            OUTSIDE.check(True, switch=False)
        yield fresh
    while True:
        yield first


def scatter():
    """Takes some memory of each size, as much as the lot says, before the version is loaded. Where objects come to lie would follow
    from the length of the version's text otherwise, each time alike, and that alone can make a few per cent of speed: Mytkowicz
    et al., "Producing wrong data without doing anything obviously wrong!" (ASPLOS 2009)."""
    lot = random.Random()
    for size in range(8, 512, 16):
        SCATTERED.append([bytes(size) for _ in range(lot.randrange(4096 // size))])
    SCATTERED.append([bytes(lot.randrange(512, 4096)) for _ in range(4)])


def main():
    global NAME, FILE, TEXT, LATER, GENERATOR_NAME, LINES, SEEDS, OURS, DEFINITION
    header, _, given = take_streams().partition(b"\n")
    OURS = sys.stdout
    header = json.loads(header)
    with open(TARGET, "rb") as file:
        data = file.read()
    try:
        TEXT = importlib.util.decode_source(data)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        fail("%s cannot be read as Python: %s" % (MODULE, complaint(error)))
    FILE = os.path.join(ROOT, MODULE)
    NAME, folder = module_name(ROOT, MODULE, TEXT)
    try:
        LATER = imported_later(TEXT)
    except (SyntaxError, ValueError, RecursionError):
        LATER = set()
    places_ = [folder, os.path.join(ROOT, "src"), ROOT]
    if GENERATOR:
        GENERATOR_NAME = "reheat_calls_" + re.sub(r"\W", "_", os.path.splitext(os.path.basename(GENERATOR))[0])
        places_.append(os.path.dirname(GENERATOR))
        said = json.loads(given or b"{}")
        SEEDS = said.get("seeds", [said.get("seed")])
    else:
        LINES = [line for line in given.split(b"\n") if line.strip()]
    sys.path[:] = list(dict.fromkeys([p for p in places_ if os.path.isdir(p)] + sys.path[1:]))
    sys.argv = [FILE]
    sys.meta_path.insert(0, Finder)
    SELF.append(sys.modules["__main__"])  # stays alive, but is not to be found
    sys.modules["__main__"] = types.ModuleType("__main__")

    scatter()
    prepare_to_watch(bool(header.get("stamps")))
    load()
    OUTSIDE.loaded()
    DEFINITION = check_definition()
    spare = Prepared(None)  # never called: tells what the arguments were, and what must be loaded for them
    check_fit(spare)
    before = spare.told()
    if header.get("stamps"):
        # Chance is not the generator's any more. What was there before is out of the collector's sight.
        random.seed()
        gc.collect()
        gc.freeze()
        OUTSIDE.frozen = gc.get_freeze_count()
        server = Server(header["stamps"], spare, before, header.get("fresh", False))
        server.run()
        server.end()
    source = instances(header.get("keep", False), spare)
    passes = max(1, int(header.get("passes", 1)))
    collecting = OUTSIDE.collecting
    gc.disable()
    todo = [Prepared(next(source)) for _ in range(max(passes, int(header.get("prepare", 0))))]
    # From here on random numbers do not depend on the generator's seed.
    random.seed()
    # Hides the prepared objects from the garbage collector: otherwise each full collection during the calls would walk
    # through all of them, and take longer the more passes were prepared.
    gc.collect()
    gc.freeze()
    OUTSIDE.frozen = gc.get_freeze_count()
    if collecting:
        gc.enable()

    middle = random.sample(range(1, passes - 1), 2) if passes >= 4 else []
    looked = sorted({0, passes - 1, *middle})
    times = ENCODINGS // len(looked)
    outcomes, at = {}, 0
    outcomes[0], manners, states = pass_looked_at(todo[0], before, times, True)
    run = None
    if manners <= {PLAIN}:
        run = bare
    elif manners == {ITERATOR}:
        run = bare_iterators
    elif manners == {AWAITABLE}:
        run = lambda calls: loop().run_until_complete(bare_awaitables(calls))
    else:
        run = bare_mixed
    for number in looked[1:]:
        for prepared in todo[at + 1 : number]:
            if prepared.instance is not None:
                prepared.instance.put()
            run(prepared.calls)
        outcomes[number] = pass_looked_at(todo[number], before, times)[0]
        at = number
    answer, other = outcomes[0], next((n for n in looked if outcomes[n] != outcomes[0]), None)
    head = '{"reheat":"outcomes","calls":%d,"left":{"names":%s}' % (len(spare.calls), json.dumps(sorted(BEHIND.names)))
    if other is not None:
        answer = outcomes[other]
        head += ',"pass":%d' % (other + 1)
    lines = [with_left(line, {**left, **more}) for (line, left), more in zip(answer, states)]
    finish(head + "}\n" + "\n".join(lines))


def pass_looked_at(prepared, before, times, states=False):
    if prepared.instance is not None:
        prepared.instance.put()
    return looked_at(prepared, before, times, states)


def finish(text):
    data = memoryview((text + "\n").encode("utf-8", "backslashreplace"))
    while data:
        data = data[os.write(OUT, data) :]
    sys.stderr.flush()
    remove_folders()
    os._exit(0)


TARGET, ROOT, MODULE, QUALNAME = sys.argv[1:5]
ACCESS, QUALNAME, ORDINAL = re.fullmatch(r"(?:(get|set) )?(.*?)(?:#(\d+))?", QUALNAME).groups()
ORDINAL, DEFINITION = int(ORDINAL or 0), None
ROOT = os.path.realpath(ROOT)
GENERATOR, GENERATOR_FUNCTION = (sys.argv[5:7] + [None, None])[:2]
GENERATOR_NAME, NAME, FILE, TEXT, LATER = None, "", "", "", set()
LINES, SEEDS, LOOP = [], [None], None
FRESH, ROOTS, CODES, COPIES, SELF, FOLDERS, SCATTERED = set(), set(), {}, {}, [], [], []
OUT, ERR, WIRE, OURS, MUTTERING, OUR_STDERR = 1, 2, None, None, None, None
BEHIND, OUTSIDE = None, None
main()
