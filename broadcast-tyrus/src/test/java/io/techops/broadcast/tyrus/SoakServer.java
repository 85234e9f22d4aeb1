package io.techops.broadcast.tyrus;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.Resources;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The server of the soak, in a process of its own so that its heap, threads and descriptors are its own. It has the
 * defaults but for a short limit of messages and of the handshake, and does what its standard input says, line by line;
 * it closes and ends when that does.
 */
final class SoakServer implements HubListener {

    static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(2);
    static final String LISTENING = "listening ";
    static final String BULK = "bulk ";
    static final String FIGURES = "figures";
    static final String COUNTS = "counts";
    static final String DONE = "done";
    static final String CAUSE = "cause:";
    /** How long a bulk message is, in bytes. */
    static final int BULK_BYTES = 16_000;

    private final ConcurrentMap<String, LongAdder> causes = new ConcurrentHashMap<>();
    private final LongAdder failures = new LongAdder();

    private SoakServer() {
    }

    /**
     * Runs the server.
     *
     * @param args none
     */
    public static void main(String[] args) throws IOException {
        new SoakServer().run();
    }

    private void run() throws IOException {
        try (LogCatch log = new LogCatch();
                BroadcastServer server = Wire.PLAIN.server().hub(BroadcastHub.builder().listener(this).build())
                        .maxMessageBytes(FuzzCase.maxMessageBytes()).handshakeTimeout(HANDSHAKE_TIMEOUT).start();
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println(LISTENING + server.port());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith(BULK)) {
                    bulk(server.hub(), Integer.parseInt(line.substring(BULK.length())));
                    System.out.println(DONE);
                } else {
                    System.out.println(figures(server.hub(), log, line.equals(FIGURES)));
                }
            }
            log.warnings().forEach(System.err::println);
        }
    }

    private static void bulk(BroadcastHub hub, int count) {
        Message message = Message.text("b".repeat(BULK_BYTES));
        for (int i = 0; i < count; i++) {
            hub.broadcast(message);
        }
    }

    /**
     * {@return names and values, with blanks between them; what the process occupies only if asked, as that takes long}
     */
    private String figures(BroadcastHub hub, LogCatch log, boolean resources) {
        HubStats stats = hub.stats();
        Map<String, Long> figures = new TreeMap<>();
        if (resources) {
            Resources now = Resources.now();
            figures.put("heap", now.heap());
            figures.put("threads", now.threads());
            figures.put("descriptors", now.descriptors());
        }
        figures.put("peers", (long) stats.peers());
        figures.put("registrations", stats.registrations());
        figures.put("messages", stats.messages());
        figures.put("deliveries", stats.deliveries());
        figures.put("lagging", hub.peers().stream().filter(peer -> peer.lag() > 0).count());
        figures.put("log", (long) log.warnings().size());
        figures.put("failures", failures.sum());
        causes.forEach((cause, count) -> figures.put(CAUSE + cause, count.sum()));
        StringBuilder line = new StringBuilder(FIGURES);
        figures.forEach((name, value) -> line.append(' ').append(name).append('=').append(value));
        return line.toString();
    }

    @Override
    public void unregistered(Peer peer, CloseReason reason) {
        String why = reason.code() != CloseReason.TRY_AGAIN_LATER ? ""
                : reason.phrase().contains("fell off") ? "-overflow" : "-stalled";
        causes.computeIfAbsent(reason.code() + why, cause -> new LongAdder()).increment();
    }

    @Override
    public void failed(Peer peer, Throwable cause) {
        failures.increment();
        cause.printStackTrace();
    }
}
