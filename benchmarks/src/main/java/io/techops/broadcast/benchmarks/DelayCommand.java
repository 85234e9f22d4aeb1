package io.techops.broadcast.benchmarks;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.Compression;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long a peer without compression waits for a small message while large ones are compressed for others, in one
 * process. The small one says when it was broadcast, to all; the large ones go to all but that peer.
 */
@Command(name = "delay", mixinStandardHelpOptions = true,
        description = "Measures how long compression of large messages makes a peer without it wait.")
final class DelayCommand implements Callable<Integer> {

    private static final long MILLISECOND = 1_000_000;
    private static final byte[] END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    @Option(names = "--bytes", defaultValue = "1048576", description = "of a large message (${DEFAULT-VALUE})")
    int bytes;

    @Option(names = "--every", defaultValue = "100", description = "ms between two of them (${DEFAULT-VALUE})")
    int every;

    @Option(names = "--peers", defaultValue = "8", description = "with compression (${DEFAULT-VALUE})")
    int peers;

    @Option(names = "--shards", defaultValue = "1", description = "of the hub (${DEFAULT-VALUE})")
    int shards;

    @Option(names = "--seconds", defaultValue = "5", description = "to measure, after as many (${DEFAULT-VALUE})")
    int seconds;

    @Override
    public Integer call() throws Exception {
        int ticks = seconds * 1000;
        try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0)
                .compression(Compression.deflate()).hub(BroadcastHub.builder().shards(shards)
                        .heartbeat(Duration.ZERO).build()).start();
                Socket plain = connect(server, "")) {
            Peer alone = server.hub().peers().iterator().next();
            for (int i = 0; i < peers; i++) {
                Socket socket = connect(server, Upgrade.DEFLATED);
                start(() -> socket.getInputStream().transferTo(OutputStream.nullOutputStream()));
            }
            FutureTask<long[]> reading = new FutureTask<>(() -> read(plain, 2 * ticks));
            start(reading::run);
            publish(server.hub(), alone, 2 * ticks);
            long[] delays = reading.get(1, TimeUnit.MINUTES);
            long[] sorted = Arrays.copyOfRange(delays, ticks, delays.length);
            Arrays.sort(sorted);
            System.out.printf(Locale.ROOT, "%,d B every %d ms to %d peers, %d shards: delay of a peer without "
                    + "compression, ms: p50 %.2f, p99 %.2f, most %.2f; compressed: %,d messages to %.0f %%%n", bytes,
                    every, peers, shards, at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1),
                    server.compressionStats().messages(), 100.0 * server.compressionStats().bytesAfter()
                            / Math.max(1, server.compressionStats().bytesBefore()));
        }
        return 0;
    }

    private static double at(long[] sorted, double share) {
        return sorted[(int) Math.min(sorted.length - 1, sorted.length * share)] / 1e6;
    }

    private void publish(BroadcastHub hub, Peer alone, int ticks) {
        Payloads payloads = new Payloads(Math.max(bytes, Json.SMALL), true);
        long begin = System.nanoTime();
        for (int i = 0; i < ticks; i++) {
            for (long wait = 1; wait > 0; LockSupport.parkNanos(wait)) {
                wait = begin + i * MILLISECOND - System.nanoTime();
            }
            if (bytes > 0 && i % every == 0) {
                byte[] large = new byte[payloads.bytes()];
                payloads.put(0, i, large, 0);
                hub.broadcast(Message.text(new String(large, StandardCharsets.US_ASCII)),
                        BroadcastOptions.except(alone));
            }
            hub.broadcast(Long.toString(System.nanoTime()));
        }
    }

    private static long[] read(Socket plain, int ticks) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(plain.getInputStream()));
        long[] delays = new long[ticks];
        for (int i = 0; i < ticks; i++) {
            in.readUnsignedByte();
            byte[] text = new byte[in.readUnsignedByte()]; // a short one
            in.readFully(text);
            delays[i] = System.nanoTime() - Long.parseLong(new String(text, StandardCharsets.US_ASCII));
        }
        return delays;
    }

    private static Socket connect(BroadcastServer server, String more) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.port());
        socket.setTcpNoDelay(true);
        byte[] request = new byte[4096];
        var bytes = new Upgrade(1).request(server.port(), "/", more);
        int length = bytes.remaining();
        bytes.get(request, 0, length);
        socket.getOutputStream().write(request, 0, length);
        InputStream in = socket.getInputStream();
        for (int matched = 0; matched < END.length;) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the server closed the connection instead of answering the handshake");
            }
            matched = next == END[matched] ? matched + 1 : next == END[0] ? 1 : 0;
        }
        return socket;
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // The connection has ended with the server.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
