"""Speaking to others, by every kind of socket."""

from __future__ import annotations

from ..attack import CONFESSED, HEARD, WRITTEN, Attack, script


def _speaks(name: str, text: str, **more: object) -> Attack:
    return Attack(name=name, script=script(text), proof=HEARD, **more)  # type: ignore[arg-type]


def _opens(name: str, text: str, **more: str) -> Attack:
    return Attack(name=name, script=script(text), proof=CONFESSED, **more)


_NO_IPV6 = "there may be no IPv6"
_NO_RIGHT = "needs CAP_NET_RAW"

ATTACKS = (
    _speaks("TCP", 'def f(bait): socket.create_connection(("127.0.0.1", bait["tcp4"]), 2)'),
    _speaks(
        "TCP over IPv6",
        'def f(bait): socket.create_connection(("::1", bait["tcp6"]), 2)',
        control=_NO_IPV6,
    ),
    _speaks(
        "TCP without waiting",
        """
        def f(bait):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", bait["tcp4"]))
        """,
    ),
    _speaks(
        "TCP with data in its first packet",
        """
        def f(bait):
            socket.socket().sendto(b"x", 0x20000000, ("127.0.0.1", bait["tcp4"]))
        """,
    ),
    _speaks(
        "TCP over several paths",
        """
        def f(bait):
            one = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
            one.connect(("127.0.0.1", bait["tcp4"]))
        """,
        control="the kernel may lack MPTCP",
    ),
    _speaks(
        "UDP",
        """
        def f(bait):
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            one.sendto(b"x", ("127.0.0.1", bait["udp4"]))
        """,
    ),
    _speaks(
        "UDP over IPv6",
        """
        def f(bait):
            one = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            one.sendto(b"x", ("::1", bait["udp6"]))
        """,
        control=_NO_IPV6,
    ),
    _speaks(
        "UDP, connected",
        """
        def f(bait):
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            one.connect(("127.0.0.1", bait["udp4"]))
            one.send(b"x")
        """,
    ),
    _opens(
        "asks for a name",
        """
        def f(bait):
            try: return socket.gethostbyname("localhost")
            except socket.gaierror: return None
        """,
    ),
    _speaks(
        "HTTP",
        """
        import urllib.request
        def f(bait): urllib.request.urlopen("http://127.0.0.1:%d/" % bait["tcp4"], timeout=0.2)
        """,
    ),
    _speaks(
        "asyncio",
        """
        import asyncio
        async def open(bait): await asyncio.open_connection("127.0.0.1", bait["tcp4"])
        def f(bait): asyncio.run(open(bait))
        """,
    ),
    _speaks(
        "a log over the network",
        """
        import logging, logging.handlers
        def f(bait):
            handler = logging.handlers.DatagramHandler("127.0.0.1", bait["udp4"])
            handler.handleError = lambda record: None
            handler.emit(logging.makeLogRecord({"msg": "x"}))
        """,
    ),
    _speaks("a Unix socket", 'def f(bait): socket.socket(socket.AF_UNIX).connect(bait["unix"])'),
    _speaks(
        "a Unix socket for packets",
        'def f(bait): socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect(bait["packets"])',
    ),
    _speaks(
        "a Unix socket for datagrams",
        'def f(bait): socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", bait["letters"])',
    ),
    _speaks(
        "an abstract socket", 'def f(bait): socket.socket(socket.AF_UNIX).connect(bait["abstract"])'
    ),
    _speaks(
        "an abstract socket for datagrams",
        "def f(bait): socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)"
        '.sendto(b"x", bait["abstract_letters"])',
    ),
    _speaks(
        "a pair for datagrams to a path",
        """
        def f(bait):
            one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            one.sendto(b"x", bait["letters"])
        """,
    ),
    _speaks(
        "a pair for datagrams to an abstract socket",
        """
        def f(bait):
            one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            one.sendto(b"x", bait["abstract_letters"])
        """,
    ),
    _speaks(
        "a pair for datagrams with many messages at once",
        """
        def f(bait):
            one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            address = struct.pack("H", 1) + bait["letters"].encode() + b"\\0"
            name = ctypes.create_string_buffer(address)
            piece = ctypes.create_string_buffer(b"x")
            vector = ctypes.create_string_buffer(struct.pack("QQ", ctypes.addressof(piece), 1))
            message = struct.pack(
                "QIxxxxQQQQixxxxIxxxx", ctypes.addressof(name), len(address),
                ctypes.addressof(vector), 1, 0, 0, 0, 0)
            raw(307, one.fileno(), ctypes.create_string_buffer(message), 1, 0)
        """,
        machine="x86_64",
    ),
    _opens(
        "a pair for datagrams with flags in its kind",
        "def f(bait): return socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)[0].fileno()",
    ),
    _opens(
        "a pair for datagrams with high bits set",
        """
        def f(bait):
            # The kernel reads 32 bits of each; a filter may look at more.
            pair = (ctypes.c_int * 2)()
            raw(53, (1 << 32) | 1, (1 << 40) | 2, 0, ctypes.byref(pair))
            return list(pair)
        """,
        machine="x86_64",
    ),
    _opens(
        "a pair for packets",
        "def f(bait): return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)[0].fileno()",
    ),
    _speaks(
        "its own channel, connected elsewhere",
        """
        def f(bait):
            one = socket.socket(fileno=os.dup(channel()))
            one.connect(bait["unix"])
        """,
        control="a connected stream cannot be connected again",
    ),
    _opens(
        "a raw socket",
        "def f(bait): return socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).fileno()",
        control=_NO_RIGHT,
    ),
    _opens(
        "all packets",
        "def f(bait): return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3).fileno()",
        control=_NO_RIGHT,
    ),
    _opens(
        "pings",
        "def f(bait): return socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 1).fileno()",
        control="net.ipv4.ping_group_range may be empty",
    ),
    _opens(
        "netlink: routes",
        "def f(bait): return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).fileno()",
    ),
    _opens(
        "netlink: devices",
        "def f(bait): return socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 15).fileno()",
    ),
    _opens(
        "netlink: audit",
        "def f(bait): return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9).fileno()",
        control="the kernel may lack it",
    ),
    _opens(
        "the machine's host",
        "def f(bait): return socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).fileno()",
        control="the kernel may lack vsock",
    ),
    _opens(
        "the kernel's ciphers",
        "def f(bait): return socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET).fileno()",
        control="the kernel may lack AF_ALG",
    ),
    _opens(
        "any family",
        """
        def f(bait):
            opened = []
            for family in range(50):
                for kind in (1, 2, 3, 5):
                    try: descriptor = socket.socket(family, kind, 0)
                    except OSError: continue
                    opened.append((family, kind))
                    descriptor.close()
            return opened or None
        """,
    ),
    _opens(
        "the network interfaces", "def f(bait): return [name for _, name in socket.if_nameindex()]"
    ),
    _opens(
        "listens over TCP",
        """
        def f(bait):
            one = socket.create_server(("127.0.0.1", 0))
            return one.getsockname()
        """,
    ),
    _opens(
        "listens over UDP",
        """
        def f(bait):
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            one.bind(("127.0.0.1", 0))
            return one.getsockname()
        """,
    ),
    _opens(
        "listens on an abstract socket",
        """
        def f(bait):
            one = socket.socket(socket.AF_UNIX)
            one.bind("\\0" + bait["sign"])
            one.listen()
            return "listens"
        """,
    ),
    Attack(
        name="listens on a path",
        script=script('def f(bait): socket.socket(socket.AF_UNIX).bind(bait["home"] + "/socket")'),
        proof=WRITTEN,
    ),
    _opens(
        "listens by binding a pair",
        """
        def f(bait):
            one, other = socket.socketpair()
            one.bind("\\0" + bait["sign"])
            return "bound"
        """,
    ),
    _opens(
        "an option of a pair",
        """
        def f(bait):
            one, other = socket.socketpair()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            return "set"
        """,
    ),
)
