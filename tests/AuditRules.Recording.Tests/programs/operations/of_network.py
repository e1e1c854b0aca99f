"""Sockets, and the protocols of the standard library."""

import socket
import threading

from kit import attempt, close, module, nothing, operation, path, simple


def server(greeting, answer):
    """Serves one client of the loopback interface from a thread whose events do not count."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(1)
    listening.settimeout(60)

    def serve():
        client, _ = listening.accept()
        client.settimeout(60)
        listening.close()
        with client, client.makefile("rwb") as file:
            try:
                file.write(greeting)
                file.flush()
                for line in file:
                    file.write(answer(line.strip()))
                    file.flush()
            except OSError:
                pass

    thread = threading.Thread(target=serve)
    thread.start()
    return listening.getsockname()[1], thread


def talk(title, name, greeting, answer, perform):
    @operation(title)
    def run():
        library = module(name)()
        port, thread = server(greeting, answer)
        yield
        perform(library, port)
        yield
        thread.join()


def web(line):
    return b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok" if not line else b""


def fetch(library, port):
    with library.urlopen("http://127.0.0.1:%d/" % port) as answer:
        answer.read()


def fetch_plainly(library, port):
    connection = library.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/")
    connection.getresponse().read()
    connection.close()


def imap(line):
    tag, _, command = line.partition(b" ")
    return {b"CAPABILITY": b"* CAPABILITY IMAP4REV1\r\n", b"LOGOUT": b"* BYE\r\n"}.get(command, b"") + tag + b" OK a\r\n"


def quit_of(kind):
    return lambda library, port: kind(library)("127.0.0.1", port).quit()


def handshake(ssl, port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with socket.create_connection(("127.0.0.1", port)) as plain:
        try:
            context.wrap_socket(plain, server_hostname="localhost")
        except OSError:
            pass


def telnet(library, port):
    client = library.Telnet("127.0.0.1", port)
    client.write(b"x\n")
    client.close()


simple("make a socket", nothing, lambda _: socket.socket().close())
simple("`socket.socketpair`", nothing, lambda _: [end.close() for end in socket.socketpair()])
simple("`socket.bind`", socket.socket, lambda s: s.bind(("127.0.0.1", 0)), close)
simple("`socket.listen`", lambda: bound(), lambda s: s.listen(1), close)
simple("`socket.connect` of TCP", lambda: listener(), lambda v: v[1].connect(v[0].getsockname()),
       lambda v: (v[0].close(), v[1].close()))
simple("`socket.accept`", lambda: waiting(), lambda v: v[0].accept()[0].close(), lambda v: (v[0].close(), v[1].close()))
simple("`socket.connect` of a Unix socket", lambda: socket.socket(socket.AF_UNIX), lambda s: s.connect(path("none")),
       close)
simple("`socket.send`, `sendall`, `recv`", socket.socketpair,
       lambda v: (v[0].send(b"a"), v[0].sendall(b"b"), v[1].recv(2)), lambda v: (v[0].close(), v[1].close()))
simple("`socket.sendmsg`", socket.socketpair, lambda v: v[0].sendmsg([b"a"]), lambda v: (v[0].close(), v[1].close()))
simple("`socket.recvmsg`", lambda: filled(), lambda v: v[1].recvmsg(9), lambda v: (v[0].close(), v[1].close()))
simple("`socket.sendto`", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
       lambda s: s.sendto(b"a", ("127.0.0.1", 9)), close)
simple("`socket.setsockopt`", socket.socket, lambda s: s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), close)
simple("`socket.getaddrinfo`", nothing, lambda _: socket.getaddrinfo("127.0.0.1", 80))
simple("`socket.gethostbyname`, `gethostbyaddr`", nothing,
       lambda _: (socket.gethostbyname("127.0.0.1"), attempt(lambda: socket.gethostbyaddr("127.0.0.1"))))
simple("`socket.getnameinfo`", nothing, lambda _: socket.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST))
simple("`socket.getservbyname`, `getservbyport`", nothing,
       lambda _: (attempt(lambda: socket.getservbyname("http")), attempt(lambda: socket.getservbyport(80))))
simple("`socket.gethostname`", nothing, lambda _: socket.gethostname())
simple("`socket.sethostname`", nothing, lambda _: socket.sethostname("x" * 300))
simple("`select.select`, `poll`", module("select"), lambda m: (m.select([], [], [], 0), m.poll().poll(0)))
simple("`asyncio`: connect, write, read", lambda: (module("asyncio")(), server(b"hello\n", lambda line: b"")),
       lambda v: v[0].run(meet(v[0], v[1][0])), lambda v: v[1][1].join())
talk("`http.client` request", "http.client", b"", web, fetch_plainly)
talk("`urllib.request.urlopen`", "urllib.request", b"", web, fetch)
talk("`ftplib.FTP`", "ftplib", b"220 a\r\n", lambda line: b"221 a\r\n", quit_of(lambda m: lambda h, p: dial(m.FTP(), h, p)))
talk("`smtplib.SMTP`", "smtplib", b"220 a\r\n", lambda line: b"221 a\r\n", quit_of(lambda m: lambda h, p: m.SMTP(h, p, "localhost")))
talk("`poplib.POP3`", "poplib", b"+OK\r\n", lambda line: b"+OK\r\n", quit_of(lambda m: m.POP3))
talk("`imaplib.IMAP4`", "imaplib", b"* OK\r\n", imap, lambda m, port: m.IMAP4("127.0.0.1", port).logout())
talk("`nntplib.NNTP`", "nntplib", b"200 a\r\n",
     lambda line: b"101 a\r\nVERSION 2\r\n.\r\n" if line == b"CAPABILITIES" else b"205 a\r\n",
     quit_of(lambda m: m.NNTP))
talk("`telnetlib.Telnet`", "telnetlib", b"hello\r\n", lambda line: b"", telnet)
talk("a TLS handshake on a connected socket", "ssl", b"no TLS\n", lambda line: b"", handshake)
simple("`ssl` loads the certificates that the system trusts", module("ssl"), lambda m: m.create_default_context())
simple("`webbrowser.open`", module("webbrowser"), lambda m: m.GenericBrowser("true").open("http://127.0.0.1:9/"))


def dial(client, host, port):
    client.connect(host, port)
    return client


def bound():
    one = socket.socket()
    one.bind(("127.0.0.1", 0))
    return one


def listener():
    one = bound()
    one.listen(1)
    return one, socket.socket()


def waiting():
    pair = listener()
    pair[1].connect(pair[0].getsockname())
    return pair


def filled():
    pair = socket.socketpair()
    pair[0].send(b"a")
    return pair


async def meet(asyncio, port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()
    writer.write(b"x\n")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
