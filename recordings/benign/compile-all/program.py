"""Compiles a tree of modules to bytecode, as installers do."""
import compileall
import os

for number in range(20):
    folder = os.path.join(os.getcwd(), "package", "part%d" % (number % 4))
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "module%02d.py" % number), "w") as file:
        file.write("import os\n\nVALUE = %d\n\n\ndef answer():\n    return os.getcwd(), VALUE\n" % number)
compileall.compile_dir(os.path.join(os.getcwd(), "package"), quiet=1)
