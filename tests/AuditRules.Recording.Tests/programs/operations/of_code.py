"""Code that is compiled, loaded and run."""

import os
import sys

from kit import FOLDER, made, module, nothing, opened, path, simple

simple("`compile` of a text", nothing, lambda _: compile("1", "<x>", "exec"))
simple("`exec`, `eval` of a text", nothing, lambda _: (exec("1"), eval("1")))
simple("`exec`, `eval` of a code object", lambda: compile("1", "<x>", "exec"), lambda c: (exec(c), eval(c)))
simple("call a function", lambda: (lambda: 1), lambda f: f())
simple("make a code object (`code.replace`)", lambda: compile("1", "<x>", "exec"), lambda c: c.replace(co_name="y"))
simple("make a function (`types.FunctionType`)", lambda: compile("1", "<x>", "exec"), lambda c: type(nothing)(c, {}))
simple("set the `__code__` of a function", lambda: (lambda: 1), lambda f: setattr(f, "__code__", nothing.__code__))
simple("delete the `__defaults__` of a function", lambda: (lambda x=1: x), lambda f: delattr(f, "__defaults__"))
simple("read the `__code__` of a function", lambda: (lambda: 1), lambda f: f.__code__)
simple("replace a function of `builtins`", module("builtins"), lambda m: setattr(m, "open", m.open))
simple("replace a method of a class", lambda: type("C", (), {}), lambda c: setattr(c, "m", nothing))
simple("set the `__class__` of an object", lambda: (type("C", (), {})(), type("D", (), {})),
       lambda v: setattr(v[0], "__class__", v[1]))
simple("import a module for the first time", lambda: new_module(), lambda _: __import__("blind_module"),
       lambda _: forget_module())
simple("import a module that is loaded", nothing, lambda _: __import__("json"))
simple("`importlib.import_module` of a module that is loaded", module("importlib"), lambda m: m.import_module("json"))
simple("`importlib.reload`", lambda: (module("importlib")(), new_module(), __import__("blind_module")),
       lambda v: v[0].reload(v[2]), lambda _: forget_module())
simple("load a module from a file by its loader", lambda: (module("importlib.util")(), new_module()),
       lambda v: by_loader(v[0]), lambda _: forget_module())
simple("`runpy.run_path`", lambda: (module("runpy")(), new_module()), lambda v: v[0].run_path(path("blind_module.py")),
       lambda _: forget_module())
simple("append to `sys.path`, change `sys.modules`", nothing,
       lambda _: (sys.path.append("x"), sys.path.pop(), sys.modules.update()))
simple("`marshal.loads`, `marshal.dumps`", module("marshal"), lambda m: m.loads(m.dumps(1)))
simple("`marshal.load`, `marshal.dump`", lambda: (module("marshal")(), opened("w+b")()),
       lambda v: (v[0].dump(1, v[1]), v[1].seek(0), v[0].load(v[1])), lambda v: v[1].close())
simple("`pickle.loads` of data", module("pickle"), lambda m: m.loads(m.dumps([1])))
simple("`pickle.loads` that names a class or a function", module("pickle"), lambda m: m.loads(m.dumps(len)))
simple("`shelve.open`, store and load", module("shelve"), lambda m: shelf(m), lambda _: None)
simple("`ast.literal_eval`", module("ast"), lambda m: m.literal_eval("1"))
simple("`json.loads`", module("json"), lambda m: m.loads("1"))
simple("`code.InteractiveInterpreter.runsource`", module("code"), lambda m: m.InteractiveInterpreter().runsource("x = 1"))
simple("`input`", lambda: module("io")().StringIO("x\n"), lambda text: typed(text))
simple("`input` from a terminal", lambda: at_terminal(), lambda _: input(), lambda v: from_terminal(*v))
simple("`breakpoint`", lambda: sys.breakpointhook, lambda _: breakpoints())
simple("`pdb.Pdb`", module("pdb"), lambda m: m.Pdb())
simple("`ensurepip.bootstrap`", lambda: installer(), lambda m: m.bootstrap())


def new_module():
    made("blind_module.py", b"x = 1\n")
    sys.path.insert(0, FOLDER)
    __import__("importlib").invalidate_caches()


def forget_module():
    sys.path.remove(FOLDER)
    sys.modules.pop("blind_module", None)


def by_loader(util):
    spec = util.spec_from_file_location("blind_module", path("blind_module.py"))
    spec.loader.exec_module(util.module_from_spec(spec))


def shelf(shelve):
    dumb = __import__("dbm.dumb", fromlist=["x"])
    with shelve.Shelf(dumb.open(path("shelf"), "n")) as shelf:
        shelf["a"] = len
        shelf["a"]


def typed(text):
    keep, sys.stdin = sys.stdin, text
    try:
        input()
    finally:
        sys.stdin = keep


def at_terminal():
    import pty
    ours, theirs = pty.openpty()
    keep = os.dup(0), os.dup(1), sys.stdin, sys.stdout
    os.dup2(theirs, 0)
    os.dup2(theirs, 1)
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)
    os.write(ours, b"x\n")
    return ours, theirs, keep


def from_terminal(ours, theirs, keep):
    sys.stdin, sys.stdout = keep[2:]
    for number in (0, 1):
        os.dup2(keep[number], number)
    for file in (ours, theirs) + keep[:2]:
        os.close(file)


def breakpoints():
    keep, sys.breakpointhook = sys.breakpointhook, lambda: None
    try:
        breakpoint()
    finally:
        sys.breakpointhook = keep


def installer():
    import ensurepip

    ensurepip._run_pip = lambda *arguments: 0  # installs nothing
    try:
        ensurepip.bootstrap()
    except SystemExit as refusal:
        raise ImportError("Debian's refuses") from refusal
    return ensurepip
