"""Runs what it is given as the interpreter would, and writes down how that ends: by itself, or where it was made to."""

import os
import runpy
import sys


def note(how):
    with open(os.environ["REHEAT_ENDS"], "a") as ends:
        ends.write("python " + how + "\n")


def run(args):
    if args[:1] == ["-m"]:
        sys.argv = args[1:]
        sys.path[0] = os.getcwd()
        runpy.run_module(args[1], run_name="__main__", alter_sys=True)
    elif args[:1] == ["-c"]:
        sys.argv = ["-c"] + args[2:]
        sys.path[0] = ""
        exec(compile(args[1], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = args
        sys.path[0] = os.path.dirname(os.path.abspath(args[0]))
        runpy.run_path(args[0], run_name="__main__")


try:
    run(sys.argv[1:])
except SystemExit as exit:
    at = exit.__traceback__
    while at.tb_next:
        at = at.tb_next
    note("ends in " + os.path.basename(at.tb_frame.f_code.co_filename))
    raise
else:
    note("ends by itself")
