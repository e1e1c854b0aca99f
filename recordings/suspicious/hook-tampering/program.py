"""Adds an audit hook, looks up what clears the hooks (and does not call it), sets and removes trace functions."""
import ctypes
import sys

sys.addaudithook(lambda event, arguments: None)

try:
    ctypes.pythonapi._PySys_ClearAuditHooks
except AttributeError:
    print("this interpreter does not export the symbol")

sys.settrace(None)
sys.setprofile(None)
