package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.tyrus.handshake.HubRouter;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A class whose static initialiser needs a file descriptor when none are left stays broken as long as the process
 * lives: sun.nio.ch.FileDispatcherImpl, with the first close of a socket, is one; a class path of folders needs a
 * descriptor for every class. A list of such classes would be one of a JDK's version. So before the first server of a
 * process listens, a private server on the loopback interface goes through all that happens in a connection's life: a
 * message, both ways to close, a refusal, a page, a reset, with TLS if the server has it. It has its own hub, which is
 * not traced, so that neither the log nor a recording shows it. Its result does not matter.
 */

/**
 * Loads, once in a process, all classes that a server would otherwise load late, when file descriptors may be short.
 */
public final class SelfExercise {

    private static final Logger LOG = LoggerFactory.getLogger(SelfExercise.class);
    private static final AtomicBoolean PLAIN = new AtomicBoolean();
    private static final AtomicBoolean SECURE = new AtomicBoolean();
    /**
     * The time limit for the whole exercise: far more than it takes, except on a machine that starts many programs at
     * once.
     */
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String HEAD = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n";
    private static final String HANDSHAKE = HEAD + "\r\n";
    private static final String COMPRESSING = HEAD + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
    private static final String STREAM = "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
    /** Two empty texts, one of them in two pieces, a ping, and a close frame: all with a mask of zeros. */
    private static final byte[] ALL_FRAMES = frames(0x81, 0x01, 0x80, 0x89, 0x88);
    private static final byte[] VIOLATION = frames(0x83);

    private final @Nullable SSLSocketFactory tls;
    private final long deadline = System.nanoTime() + LIMIT.toNanos();

    private SelfExercise(@Nullable SSLSocketFactory tls) {
        this.tls = tls;
    }

    private static byte[] frames(int... firstBytes) {
        byte[] frames = new byte[6 * firstBytes.length];
        for (int i = 0; i < firstBytes.length; i++) {
            frames[6 * i] = (byte) firstBytes[i];
            frames[6 * i + 1] = (byte) 0x80;
        }
        return frames;
    }

    /**
     * Runs the exercise, unless it was run before. Throws nothing. Takes less than a second, longer on a busy machine.
     */
    public static void run(ServerSettings settings) {
        if (!(settings.isSecure() ? SECURE : PLAIN).compareAndSet(false, true)) {
            return;
        }
        try (BroadcastHub hub = BroadcastHub.builder().name("self-exercise").traced(false).shards(1).build()) {
            ServerRuntime server = new ServerRuntime(settings.onLoopback(), new HubRouter(null, hub), null);
            try {
                SelfExercise exercise = new SelfExercise(settings.isSecure() ? trusting() : null);
                exercise.exercise(server, settings.streams());
                hub.close(exercise.left());
            } finally {
                server.release();
            }
        } catch (Exception | LinkageError e) {
            LOG.debug("The server was not exercised before its start: {}", e.toString());
        }
    }

    private void exercise(ServerRuntime server, boolean streams) {
        exchange(server.port(), HANDSHAKE, ALL_FRAMES);
        exchange(server.port(), COMPRESSING, ALL_FRAMES);
        exchange(server.port(), HANDSHAKE, VIOLATION);
        exchange(server.port(), "GET / HTTP/1.1\r\n\r\n", new byte[0]);
        if (server.pagePort() > 0) {
            exchange(server.pagePort(), "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", new byte[0]);
        }
        begin(server.port(), HANDSHAKE, 0);
        if (streams) {
            begin(server.port(), STREAM, 10);
        }
    }

    /** Opens a peer's connection, and ends it. */
    private void begin(int port, String request, int linger) {
        try (Socket socket = open(port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().read();
            socket.setSoLinger(true, linger);
        } catch (IOException e) {
            failed(e);
        }
    }

    /** Sends a request and frames, and reads the answer to its end. */
    private void exchange(int port, String request, byte[] frames) {
        byte[] more = frames;
        try (Socket socket = open(port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            byte[] answer = new byte[8 << 10];
            for (int count = in.read(answer); count > 0; count = in.read(answer)) {
                if (more.length > 0) {
                    socket.getOutputStream().write(more);
                    more = new byte[0];
                }
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    /** Ignores a failure: the other steps are done nevertheless. */
    private static void failed(IOException e) {
        LOG.debug("A part of the server was not exercised before its start: {}", e.toString());
    }

    private Duration left() {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    private Socket open(int port) throws IOException {
        int left = (int) Math.max(1, left().toMillis());
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(loopback, port), left);
        socket.setSoTimeout(left);
        return tls == null ? socket : tls.createSocket(socket, "localhost", port, true);
    }

    /** {@return a socket factory for connections to this process, which trusts every certificate} */
    public static SSLSocketFactory trusting() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String kind) {
                // Never used by a server.
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String kind) {
                // The server is this process.
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        }}, null);
        return context.getSocketFactory();
    }
}
