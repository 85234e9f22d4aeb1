package io.techops.broadcast.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The limit in Java: one thread, one selector, and a loop that writes to every peer, with no queue, no policy and no
 * protection. Either one write a delivery, or, coalescing, one write a peer for all that one turn has read.
 */
final class NioRelay implements RelayServer {

    private static final int IN_BYTES = 1 << 18;
    private static final int OUT_BYTES = 1 << 20;
    private static final long RETRY_NANOS = 20_000;

    private final boolean coalescing;
    private final List<NioRelayPeer> peers = new ArrayList<>();
    private final ByteBuffer in = ByteBuffer.allocateDirect(IN_BYTES);
    private final ByteBuffer out = ByteBuffer.allocateDirect(OUT_BYTES);

    NioRelay(boolean coalescing) {
        this.coalescing = coalescing;
    }

    @Override
    public int start(@Nullable Tls tls) throws IOException {
        if (tls != null) {
            throw new UnsupportedOperationException("the limit has no TLS");
        }
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.configureBlocking(false);
        Selector selector = Selector.open();
        server.register(selector, SelectionKey.OP_ACCEPT);
        new Thread(() -> loop(selector, server), "nio-relay").start();
        return server.socket().getLocalPort();
    }

    private void loop(Selector selector, ServerSocketChannel server) {
        try {
            while (true) {
                selector.select(key -> {
                    if (key.attachment() instanceof NioRelayPeer peer) {
                        read(peer);
                    } else {
                        accept(selector, server);
                    }
                });
                if (out.position() > 0) {
                    writeToAll();
                }
            }
        } catch (IOException e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private void accept(Selector selector, ServerSocketChannel server) {
        try {
            for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, new NioRelayPeer(channel));
            }
        } catch (IOException e) {
            throw new IllegalStateException("no more sockets", e);
        }
    }

    private void read(NioRelayPeer peer) {
        boolean wasOpen = peer.isOpen();
        boolean stays = peer.read(in, this::frame);
        if (!wasOpen && peer.isOpen()) {
            peer.index = peers.size();
            peers.add(peer);
        }
        if (!stays) {
            remove(peer);
        }
    }

    private void remove(NioRelayPeer peer) {
        peer.close();
        if (peer.index >= 0) {
            NioRelayPeer last = peers.remove(peers.size() - 1);
            if (last != peer) {
                peers.set(peer.index, last);
                last.index = peer.index;
            }
            peer.index = -1;
        }
    }

    /** Puts one text frame into the outbox, unmasked. */
    private void frame(ByteBuffer masked, int length, int mask) {
        if (out.remaining() < length + 10) {
            writeToAll();
        }
        out.put((byte) 0x81);
        if (length < 126) {
            out.put((byte) length);
        } else if (length < 65_536) {
            out.put((byte) 126).putShort((short) length);
        } else {
            out.put((byte) 127).putLong(length);
        }
        int left = length;
        for (; left >= 4; left -= 4) {
            out.putInt(masked.getInt() ^ mask);
        }
        for (int shift = 24; left > 0; left--, shift -= 8) {
            out.put((byte) (masked.get() ^ mask >> shift));
        }
        if (!coalescing) {
            writeToAll();
        }
    }

    private void writeToAll() {
        out.flip();
        for (int i = peers.size() - 1; i >= 0; i--) {
            NioRelayPeer peer = peers.get(i);
            out.rewind();
            try {
                while (peer.write(out) == 0 || out.hasRemaining()) {
                    LockSupport.parkNanos(RETRY_NANOS);
                }
            } catch (IOException e) {
                remove(peer);
            }
        }
        out.clear();
    }
}
