

def _reheat_saw(frame, state={}):
    """Keeps what a call is given, in a file of the home folder: of the first calls all, of later ones ever fewer."""
    number = state["number"] = state.get("number", 0) + 1
    if state.get("busy") or number < state.get("next", 1) or state.get("bytes", 0) > 4_000_000:
        return
    state["busy"] = True
    state["next"] = number + 1 if number < 16 else int(number * 1.25)
    try:
        import base64
        import os
        import pickle

        code, values = frame.f_code, frame.f_locals
        names = list(code.co_varnames)
        args = [values[name] for name in names[: code.co_argcount]]
        names = names[code.co_argcount :]
        kwargs = {name: values[name] for name in names[: code.co_kwonlyargcount]}
        names = names[code.co_kwonlyargcount :]
        if code.co_flags & 4:
            args += values[names.pop(0)]
        if code.co_flags & 8:
            kwargs.update(values[names.pop(0)])
        if "REHEAT_KIND" == "class":
            args = args[1:]
        line = base64.b64encode(pickle.dumps((args, kwargs))) + b"\n"
        if len(line) <= 1_500_000:
            state["bytes"] = state.get("bytes", 0) + len(line)
            with open(os.path.join(os.environ["HOME"], "REHEAT_FILE"), "ab") as file:
                file.write(line)
    except Exception:
        # What cannot be pickled is not compared.
        pass
    finally:
        state["busy"] = False
