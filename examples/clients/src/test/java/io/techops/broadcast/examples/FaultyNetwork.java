package io.techops.broadcast.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * A network that a test can cut: a port of the loopback interface from where bytes go to the port of a server and back.
 * All threads and sockets end with {@link #close()}.
 */
final class FaultyNetwork implements AutoCloseable {

    private static final int BUFFER_BYTES = 16 * 1024;

    private final ServerSocket door;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final LongAdder up = new LongAdder();
    private final LongAdder back = new LongAdder();
    private volatile boolean down;
    /** Behind which frame of the server the next connection ends; 0 if it does not. */
    private final AtomicInteger nextEnds = new AtomicInteger();

    private FaultyNetwork(int target) throws IOException {
        this.target = target;
        door = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        start(this::accept);
    }

    /** {@return a network to the server on {@code port}} */
    static FaultyNetwork to(int port) throws IOException {
        return new FaultyNetwork(port);
    }

    int port() {
        return door.getLocalPort();
    }

    /** {@return how many bytes have come from clients} */
    long bytesUp() {
        return up.sum();
    }

    /** {@return how many bytes have come from the server} */
    long bytesBack() {
        return back.sum();
    }

    /** Resets every connection; new ones are let through. What was on its way is lost. */
    void cut() {
        sockets.forEach(FaultyNetwork::reset);
    }

    /** Resets every connection, and each new one until {@link #restore()}. */
    void takeDown() {
        down = true;
        cut();
    }

    void restore() {
        down = false;
    }

    /** Has the next connection end behind so many of the server's frames, as if it went away then. */
    void endNextBehind(int frames) {
        nextEnds.set(frames);
    }

    @Override
    public void close() throws IOException {
        door.close();
        takeDown();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = door.accept();
            sockets.add(client);
            if (down) {
                reset(client);
                continue;
            }
            Socket server = new Socket();
            sockets.add(server);
            try {
                server.connect(new InetSocketAddress("127.0.0.1", target));
            } catch (IOException e) {
                reset(client); // as the server refuses it
                continue;
            }
            if (down) {
                cut();
            }
            FrameCount frames = new FrameCount(nextEnds.getAndSet(0));
            start(() -> pass(client, server, up, new FrameCount(0)));
            start(() -> pass(server, client, back, frames));
        }
    }

    private void pass(Socket from, Socket to, LongAdder bytes, FrameCount frames) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                bytes.add(n);
                int passed = frames.upToTheEnd(buffer, n);
                out.write(buffer, 0, passed);
                if (passed < n || frames.isOver()) {
                    break;
                }
            }
            to.shutdownOutput();
        } catch (IOException e) {
            reset(from); // cut here, or by one of the two
            reset(to);
        } finally {
            sockets.remove(from);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // it was reset already: by its other direction, or by the test
        }
    }

    /** Finds the end of a number of frames behind the head of an answer, as a server writes them: not masked. */
    private static final class FrameCount {

        private final int frames;
        private int seen;
        private final StringBuilder head = new StringBuilder();
        /** How many bytes of the frame's beginning are there, and how many of its length and payload are to come. */
        private int begun;
        private long left;

        FrameCount(int frames) {
            this.frames = frames;
        }

        boolean isOver() {
            return frames > 0 && seen >= frames;
        }

        /** {@return how many of the bytes come before the end, or are all that there are} */
        int upToTheEnd(byte[] bytes, int count) {
            for (int i = 0; frames > 0 && i < count; i++) {
                if (isOver()) {
                    return i;
                }
                take(bytes[i] & 0xff);
            }
            return count;
        }

        private void take(int next) {
            if (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
                head.append((char) next);
                return;
            }
            begun++;
            if (begun == 2) {
                if (next > 125) {
                    throw new IllegalStateException("a frame that is not short");
                }
                left = next;
            } else if (begun > 2) {
                left--;
            }
            if (begun >= 2 && left == 0) {
                begun = 0;
                seen++;
            }
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // the door was closed
            }
        }, "faulty-network");
        thread.setDaemon(true);
        thread.start();
    }
}
