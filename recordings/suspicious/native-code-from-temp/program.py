"""Copies an extension of the standard library to a temporary folder, and loads it from there twice."""
import ctypes
import glob
import importlib.util
import os
import shutil
import sysconfig

folder = os.path.join(sysconfig.get_path("platstdlib"), "lib-dynload")
source = sorted(glob.glob(os.path.join(folder, "_queue*.so")))[0]
target = os.path.join(os.getcwd(), os.path.basename(source))
shutil.copyfile(source, target)

ctypes.CDLL(target)
spec = importlib.util.spec_from_file_location("_queue", target)
spec.loader.exec_module(importlib.util.module_from_spec(spec))
