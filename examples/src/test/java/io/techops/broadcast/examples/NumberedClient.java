package io.techops.broadcast.examples;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client that speaks {@code broadcast.v1}, connects again whenever its connection ends or is refused, goes on after
 * the last message that it has got, and takes note of everything that is not as promised.
 */
final class NumberedClient implements WebSocket.Listener, AutoCloseable {

    private final HttpClient http;
    private final URI uri;
    private final ScheduledExecutorService timer;
    private final Map<Long, String> got = new ConcurrentSkipListMap<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final StringBuilder part = new StringBuilder(); // used by one callback at a time
    private volatile String last = "";
    private volatile int opened;
    private volatile boolean closed;
    private volatile @Nullable WebSocket socket;

    /** @param timer what it waits by before it connects again */
    NumberedClient(HttpClient http, URI uri, ScheduledExecutorService timer) {
        this.http = http;
        this.uri = uri;
        this.timer = timer;
        connect();
    }

    private void connect() {
        if (!closed) {
            part.setLength(0);
            http.newWebSocketBuilder().subprotocols("broadcast.v1")
                    .buildAsync(URI.create(uri + (last.isEmpty() ? "" : "?last_event_id=" + last)), this)
                    .whenComplete((connected, refused) -> {
                        if (refused != null) {
                            connectLater();
                        }
                    });
        }
    }

    private void connectLater() {
        timer.schedule(this::connect, ThreadLocalRandom.current().nextInt(50, 250), TimeUnit.MILLISECONDS);
    }

    @Override
    public void onOpen(WebSocket from) {
        socket = from;
        from.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean isLast) {
        part.append(text);
        if (isLast) {
            frame(part.toString());
            part.setLength(0);
        }
        from.request(1);
        return null;
    }

    private void frame(String frame) {
        String head = frame.substring(0, frame.indexOf("\n\n") + 1);
        String id = head.replaceAll("(?s).*?id: (\\S+)\n.*", "$1");
        if (head.contains("event: open\n")) {
            if (!last.isEmpty() && !(head.contains("recovered: true\n") && id.equals(last))) {
                faults.add("after " + last + ": " + head);
            }
            last = id;
            opened++;
        } else if (head.contains("event: ")) {
            faults.add("after " + last + ": " + head);
        } else {
            if (!id.equals(epoch(last) + "-" + (sequence(last) + 1))) {
                faults.add("after " + last + " came " + id);
            }
            got.put(sequence(id), frame.substring(head.length() + 1));
            last = id; // afterwards: who waits for a position then looks at what was got up to there
        }
    }

    private static String epoch(String position) {
        return position.substring(0, position.indexOf('-'));
    }

    static long sequence(String position) {
        return Long.parseLong(position.substring(position.indexOf('-') + 1));
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String phrase) {
        connectLater();
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable thrown) {
        connectLater();
    }

    /** {@return the position of the last message that it has got} */
    String last() {
        return last;
    }

    /** {@return how often it has been connected} */
    int opened() {
        return opened;
    }

    /** {@return what it has got, by sequence} */
    Map<Long, String> got() {
        return got;
    }

    /** {@return what was not as promised} */
    List<String> faults() {
        return faults;
    }

    @Override
    public void close() {
        closed = true;
        WebSocket open = socket;
        if (open != null) {
            open.abort();
        }
    }
}
