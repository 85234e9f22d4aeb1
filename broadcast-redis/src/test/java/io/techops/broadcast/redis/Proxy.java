package io.techops.broadcast.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A slow, broken network between a node and its server: delays, stands still, cuts. */
final class Proxy implements AutoCloseable {

    private final ServerSocket listening;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "proxy");
        thread.setDaemon(true);
        return thread;
    });
    private volatile long delayMillis;
    private volatile boolean isBlackHole;
    private volatile boolean closed;
    /** How much may still pass before all connections are cut. */
    private final AtomicLong requestBytes = new AtomicLong(Long.MAX_VALUE);
    private final AtomicLong answerBytes = new AtomicLong(Long.MAX_VALUE);

    Proxy(int target) {
        this.target = target;
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    String uri() {
        return "redis://127.0.0.1:" + listening.getLocalPort();
    }

    private void accept() {
        while (!closed) {
            try {
                Socket from = listening.accept();
                sockets.add(from);
                Socket to = new Socket();
                sockets.add(to);
                to.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 5_000);
                threads.execute(() -> pump(from, to, requestBytes));
                threads.execute(() -> pump(to, from, answerBytes));
            } catch (IOException refused) {
                cut();
            }
        }
    }

    private void pump(Socket from, Socket to, AtomicLong left) {
        byte[] bytes = new byte[16 << 10];
        try (from; to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            boolean hasLost = false;
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                if (delayMillis > 0) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(delayMillis));
                }
                hasLost |= isBlackHole;
                if (!isBlackHole && hasLost) {
                    return; // what follows a hole never comes over TCP
                }
                if (!hasLost) {
                    long before = left.getAndAccumulate(n, Proxy::without);
                    out.write(bytes, 0, (int) Math.min(n, before));
                    if (before <= n) {
                        left.set(Long.MAX_VALUE);
                        cut();
                    }
                }
            }
        } catch (IOException over) {
            // One side is gone: both are closed.
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static long without(long left, long bytes) {
        return left == Long.MAX_VALUE ? left : Math.max(0, left - bytes);
    }

    /** Breaks all connections, once, behind so many bytes more in one direction. */
    void cutBehind(boolean ofAnswers, long bytes) {
        (ofAnswers ? answerBytes : requestBytes).set(bytes);
    }

    /** Lets every piece of data wait. */
    void delay(long millis) {
        delayMillis = millis;
    }

    /** Loses all data, without a word. */
    void blackHole(boolean on) {
        isBlackHole = on;
    }

    /** Breaks all connections. */
    void cut() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
        threads.shutdownNow();
    }
}
