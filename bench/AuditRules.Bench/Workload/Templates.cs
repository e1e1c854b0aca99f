namespace AuditRules.Bench;

/// <summary>
/// The 42 events of the workload, the most frequent first, with what stands in each argument.
/// <code>
/// path, fresh (a path never seen before), name (a path's last part), module, host, url, text, args, argv, bytes
/// mode, flags, fd, port, small, size, pid, float, bool, nil, none (-1)
/// code, socket, address (host and port), headers
/// </code>
/// </summary>
static class Templates
{
    public static readonly (string Name, string[] Arguments)[] All =
    [
        .. Lines(
            """
            open path mode flags
            import module nil nil nil nil
            os.listdir path
            exec code
            os.scandir path
            compile nil path
            socket.connect socket address
            socket.getaddrinfo host port small small small
            os.remove path none
            os.mkdir path small none
            subprocess.Popen path args nil nil
            os.rename fresh path none none
            object.__getattr__ code text
            tempfile.mkstemp fresh
            socket.__new__ socket small small small
            os.chmod path small none
            pickle.find_class module text
            shutil.copyfile path path
            os.putenv bytes bytes
            urllib.Request url nil headers text
            http.client.connect socket host port
            http.client.send socket bytes
            marshal.loads bytes
            ctypes.dlopen path
            glob.glob path bool
            os.walk path bool nil bool
            sqlite3.connect path
            socket.bind socket address
            mmap.__new__ fd size small size
            fcntl.flock fd small
            time.sleep float
            os.utime path nil nil none
            os.truncate path size
            os.symlink path path none
            shutil.rmtree path nil
            shutil.move path path
            os.exec path args nil
            os.system bytes
            os.fork
            os.kill pid small
            gc.get_objects small
            socket.gethostbyname host
            """
        ),
    ];

    static IEnumerable<(string, string[])> Lines(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split(' ');
            yield return (words[0], words[1..]);
        }
    }
}
