"""Cuts a function, and what it needs besides, out of the file of a later release."""

import ast
import re
import textwrap


def candidate(source, function):
    """What a model would have answered: the lines of `imports`, the `helpers`, and the function itself."""
    text = source.read_text()
    parts = ["\n".join(function["imports"])] if "imports" in function else []
    for name in [*function.get("helpers", []), function["target"]]:
        parts.append(item(text, source.suffix, name, function))
    made = "\n\n".join(parts).strip("\n")
    for later, earlier in function.get("adapt", []):
        made = made.replace(later, earlier)
    return made


def item(text, ending, name, function):
    """One function, class or constant of a file."""
    if ending == ".py":
        return python(text, name)
    return braces(text, function.get("starts", {}).get(name) or start_of(name, ending))


def python(text, name):
    """A definition by its dotted name, with its decorators, without the indentation of its class."""
    lines = text.splitlines()
    found = definition(ast.parse(text), name)
    first = min([found.lineno, *[d.lineno for d in getattr(found, "decorator_list", [])]])
    return textwrap.dedent("\n".join(lines[first - 1 : found.end_lineno]))


def definition(tree, name):
    """The node of a function, class or assignment."""
    node = tree
    for part in name.split("."):
        node = next(inner for inner in node.body if part in names(inner))
    return node


def names(node):
    """What a statement names."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def start_of(name, ending):
    """How a function begins in the languages with braces."""
    if ending == ".rs":
        return rf"(pub )?fn {name}\b"
    if ending == ".c":
        return rf"[a-z_]\w*[\w\s*]* {name}\("
    return rf"function {name}\("


def braces(text, start):
    """From the line that begins so, with the comments and attributes before it, to the brace that closes it."""
    begin = re.search(rf"(?m)^{start}", text).start()
    end = text.index("\n", closing(text, begin)) if "\n" in text[closing(text, begin) :] else len(text)
    lines = text[:begin].splitlines()
    while lines and re.match(r"\s*(//|#\[|/?\*)", lines[-1]):
        begin -= len(lines.pop()) + 1
    return text[max(begin, 0) : end].strip("\n")


def closing(text, begin):
    """Where the first brace after `begin` is closed; strings and comments hold none that count."""
    skip = re.compile(
        r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\\n])'|`(?:\\.|[^`\\])*`|[{}]""",
        re.DOTALL,
    )
    depth = 0
    for found in skip.finditer(text, begin):
        depth += {"{": 1, "}": -1}.get(found.group(), 0)
        if depth == 0 and found.group() == "}":
            return found.start()
    raise ValueError("a brace is never closed")


def unhinted(node):
    """A function without its type hints."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.arg):
            inner.annotation = None
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inner.returns = None
    return ast.unparse(node)


def same(written, source, function):
    """Whether the function in the written file is that of the later release, white space and comments apart."""
    ending, later = source.suffix, source.read_text()
    if ending == ".py":
        bare = [unhinted(definition(ast.parse(text), function["target"])) for text in (written, later)]
    else:
        bare = [re.sub(r"\s+", "", item(text, ending, function["target"], function)) for text in (written, later)]
    return bare[0] == bare[1]
