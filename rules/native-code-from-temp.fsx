// Native code is loaded from a folder in which anyone may write: it may have been put there by someone else, or dropped
// by the program a moment ago.
open AuditRules

let private falsePositives =
    [
        "Programs packed into one file (PyInstaller), which unpack to a temporary folder."
        "Compilers that build kernels at run time: Triton, PyTorch's inductor, cffi in verify mode."
    ]

let private remediation = "Load libraries from a folder that only the installer can write to."

let byCtypes =
    rule (
        "AR1009",
        "ctypes loaded a library from a temporary folder",
        High,
        mitre = [ "T1129"; "T1574.006" ],
        tags = [ "execution"; "native" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for loaded in Py.CtypesDlopen.matching (library = temporaryFolders) do
        message $"ctypes loaded {loaded.Library}"
        shouldFire [ Py.CtypesDlopen.make (library = "/tmp/x/libm.so") ]
        shouldFire [ Py.CtypesDlopen.make (library = "/dev/shm/.a") ]
        shouldNotFire [ Py.CtypesDlopen.make (library = "libc.so.6") ]
        shouldNotFire [ Py.CtypesDlopen.make (library = "/usr/lib/x86_64-linux-gnu/libm.so.6") ]
        shouldNotFire [ Py.CtypesDlopen.make (library = "/tmpfiles/libm.so") ]
        shouldNotFire [ Py.CtypesDlopen.make () ]
    }

let byImport =
    rule (
        "AR1010",
        "a native extension was imported from a temporary folder",
        High,
        mitre = [ "T1129" ],
        tags = [ "execution"; "native" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for loaded in Py.Import.matching (filename = (temporaryFolders &&& endsWith ".so")) do
        message $"import {loaded.ModuleName} loaded {loaded.Filename}"
        shouldFire [ Py.Import.make (moduleName = "fast", filename = "/tmp/x/fast.so") ]
        shouldNotFire [ Py.Import.make (moduleName = "fast") ]
        shouldNotFire [ Py.Import.make (moduleName = "_ssl", filename = "/usr/lib/python3.11/lib-dynload/_ssl.so") ]
    }
