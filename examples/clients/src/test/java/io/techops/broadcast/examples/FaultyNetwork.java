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
            start(() -> pass(client, server, up));
            start(() -> pass(server, client, back));
        }
    }

    private void pass(Socket from, Socket to, LongAdder bytes) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                bytes.add(n);
                out.write(buffer, 0, n);
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
