package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.Program;
import io.techops.broadcast.testing.RawClient;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The current state first, and everything after it: 600 peers that join while it changes. */
class CurrentStateIT {

    private static final String LISTENING = "Listening on (.*)";
    private static final int PEERS = 600;
    private static final int NAMES = 5;
    private static final String LAST = "end";

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    /** What a peer is to find in what it gets. */
    private interface Check {
        void check(List<String> texts) throws Exception;
    }

    /** Lets 600 peers join while {@code line} is typed again and again, and then the last one. */
    private void joinUnderLoad(Class<?> program, String path, Callable<String> line, String last, Check check)
            throws Exception {
        try (Program running = Program.of(program, "0")) {
            URI uri = running.uriWithin(LISTENING);
            Semaphore due = new Semaphore(0);
            Future<?> typing = threads.submit(() -> {
                for (int i = 0; i < PEERS; i++) {
                    due.acquire();
                    running.type(line.call());
                }
                return null;
            });
            List<RawClient> peers = new ArrayList<>();
            List<Future<List<String>>> heard = new ArrayList<>();
            try {
                for (int i = 0; i < PEERS; i++) {
                    due.release();
                    RawClient peer = RawClient.connect(uri.getPort()).shakeHands(path);
                    peers.add(peer);
                    heard.add(threads.submit(() -> textsOf(peer, last)));
                }
                typing.get();
                running.type(last); // not before all have joined
                for (Future<List<String>> texts : heard) {
                    check.check(texts.get());
                }
            } finally {
                for (RawClient peer : peers) {
                    peer.close();
                }
            }
        }
    }

    private static List<String> textsOf(RawClient peer, String last) throws IOException {
        List<String> texts = new ArrayList<>();
        do {
            texts.add(peer.nextTextAlive());
        } while (!texts.get(texts.size() - 1).startsWith(last));
        return texts;
    }

    /** Each change is one more: so a gap shows, and what comes twice may only be what the board had already. */
    @Test
    void aSnapshotIsFollowedByEveryChange() throws Exception {
        int[] typed = {0};
        joinUnderLoad(Step15Snapshot.class, "/", () -> "team" + typed[0]++ % NAMES, LAST, texts -> {
            Map<String, Integer> board = new HashMap<>();
            String[] first = texts.get(0).split("\n");
            assertThat(first[0]).isEqualTo("board");
            for (int i = 1; i < first.length; i++) {
                board.put(name(first[i], "="), Integer.parseInt(value(first[i], "=")));
            }
            Map<String, Integer> told = new HashMap<>();
            for (String change : texts.subList(1, texts.size())) {
                String team = name(change, "=");
                int now = Integer.parseInt(value(change, "="));
                Integer before = told.put(team, now);
                if (before == null) {
                    assertThat(now).as(change).isBetween(1, board.getOrDefault(team, 0) + 1);
                } else {
                    assertThat(now).as(change).isEqualTo(before + 1);
                }
            }
        });
    }

    /** Each quote is one more: so nothing goes backwards, and the last one of each name is the newest. */
    @Test
    void theNewestOfEachKeyIsFollowedByTheNewer() throws Exception {
        int[] typed = {0};
        int[] prices = new int[NAMES];
        joinUnderLoad(Step16Keys.class, "/?replay=latest", () -> {
            int name = typed[0]++ % NAMES;
            return "name" + name + " " + ++prices[name];
        }, LAST + " 1", texts -> {
            Map<String, Integer> told = new HashMap<>();
            for (String quote : texts.subList(0, texts.size() - 1)) {
                int now = Integer.parseInt(value(quote, " "));
                Integer before = told.put(name(quote, " "), now);
                assertThat(now).as(quote).isGreaterThan(before == null ? 0 : before);
            }
            for (int i = 0; i < NAMES; i++) {
                assertThat(told.getOrDefault("name" + i, 0)).isEqualTo(prices[i]);
            }
        });
    }

    private static String name(String line, String separator) {
        return line.substring(0, line.indexOf(separator));
    }

    private static String value(String line, String separator) {
        return line.substring(line.indexOf(separator) + separator.length());
    }
}
