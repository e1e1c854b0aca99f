"""Starts the Python hook of AuditRules, then the sitecustomize that this one hides."""

import sys


def _start(folder):
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        from auditrules_hook import start

        start()
    except Exception:
        _mark()
    finally:
        sys.dont_write_bytecode = written
        # The program's own imports must not find our folder; its children find it by PYTHONPATH again.
        while folder in sys.path:
            sys.path.remove(folder)


def _mark():
    """Says in the session's folder that this process is not recorded (segment.md, S41)."""
    import os

    folder = os.environ.get("AUDITRULES_DIR", "")
    if folder.startswith("/"):
        try:
            nonce = int.from_bytes(os.urandom(8), "little") | 1
            os.symlink("internal", "%s/%d-%016x.lost" % (folder, os.getpid(), nonce))
        except OSError:
            pass


def _chain():
    """Does what the import of sitecustomize would do without us (segment.md, S72)."""
    from _frozen_importlib import module_from_spec

    found = (finder.find_spec("sitecustomize", None) for finder in sys.meta_path if hasattr(finder, "find_spec"))
    spec = next(filter(None, found), None)
    if spec is None:
        # What site expects of a sitecustomize that is not there; ours is forgotten by it.
        raise ImportError("No module named 'sitecustomize'", name="sitecustomize")
    module = sys.modules["sitecustomize"] = module_from_spec(spec)
    if spec.loader is not None:
        spec.loader.exec_module(module)


_start(__file__.rpartition("/")[0])
_chain()
