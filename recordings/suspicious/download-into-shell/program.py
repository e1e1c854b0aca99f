"""Pipes a download that cannot succeed into a shell, by os.system and by subprocess."""
import os
import subprocess

# Port 1 of loopback: nobody listens there, so that the shell gets no text. The functions stand in for programs that
# need not be installed.
os.system("curl() { :; }; curl -fsSL http://127.0.0.1:1/install.sh | sh")
subprocess.call(["/bin/sh", "-c", "wget() { :; }; wget -qO- http://127.0.0.1:1/install.sh | /bin/sh -s"])
