package io.techops.broadcast.tyrus.resource;

import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.logging.FailureLog;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.BlockingTasks;
import io.techops.broadcast.tyrus.http.RequestBody;
import io.techops.broadcast.tyrus.http.RequestHead;
import io.techops.broadcast.tyrus.http.Response;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/*
 * A message is appended at most once, by one thread, and the answer tells the result: a position, or that there was no
 * room within the limit, and then no attempt is still under way. While the hub is saturated, no thread of the server
 * waits, only one of the hub's threads for blocking tasks.
 */

/**
 * A message that is being published over HTTP: first its body is read, then it is broadcast. For one thread at a time.
 */
public final class Publication {

    /** How long a message may wait for room: a hub that keeps up has room after its shards' next round. */
    public static final Duration LIMIT = Duration.ofSeconds(1);

    /** How long the answer of a backplane may take. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    /** After this time there is an answer in any case; with a margin. */
    public static final Duration LONGEST = LIMIT.plus(ANSWER_LIMIT).plus(Duration.ofSeconds(5));

    private static final FailureLog FAILURES = new FailureLog(LoggerFactory.getLogger(Publication.class));

    private final RequestHead head;
    private final AdapterHub hub;
    private final boolean text;
    private final BroadcastOptions options;
    private final int maxBytes;
    private final String headers;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    /**
     * @param headers the header lines of every answer
     */
    Publication(RequestHead head, AdapterHub hub, boolean text, BroadcastOptions options, int maxBytes,
            String headers) {
        this.head = head;
        this.hub = hub;
        this.text = text;
        this.options = options;
        this.maxBytes = maxBytes;
        this.headers = headers;
    }

    /** {@return the request} */
    public RequestHead head() {
        return head;
    }

    /** {@return the request's body, which has to be read; null if it has none} */
    public @Nullable RequestBody body() {
        return head.bodyLength() == 0 ? null : RequestBody.of(head.bodyLength(), content, maxBytes);
    }

    /** {@return whether the client waits for a 100 before it sends the body (RFC 9110 section 10.1.1)} */
    public boolean awaitsLeave() {
        return head.modern() && head.bodyLength() != 0 && head.lists("Expect", "100-continue");
    }

    /** {@return the answer to a request with an invalid body, after which the connection ends} */
    public Response refused(RequestBody.Progress end) {
        Response answer = end == RequestBody.Progress.TOO_LONG ? tooLong(maxBytes, headers)
                : answer(400, headers, "The body is not in order (RFC 9112 section 7.1).");
        return answer.with("Connection", "close");
    }

    static Response tooLong(int maxBytes, String headers) {
        return answer(413, headers, "A message may have at most " + maxBytes + " bytes (maxMessageBytes).");
    }

    static Response answer(int status, String headers, String text) {
        return Response.of(status).with(headers).text(text, true);
    }

    /**
     * Broadcasts the message, once its body has come. Calls the listener for messages.
     *
     * @param later is given the answer on another thread, if the hub is saturated
     * @return the answer, unless it is given later
     */
    public @Nullable Response publish(Consumer<Response> later) {
        Message message;
        try {
            ByteBuffer payload = ByteBuffer.wrap(content.toByteArray());
            message = text ? Message.utf8(payload) : Message.binary(payload);
        } catch (IllegalArgumentException e) {
            return answer(400, headers, "The text is not UTF-8.");
        }
        CompletionStage<Response> taken = attempt(message, Duration.ZERO);
        if (taken != null || hub.isClosed()) {
            return taken == null ? closed() : answer(taken, later);
        }
        long begun = System.nanoTime();
        hub.blockingTasks().runAfter(Duration.ZERO, BlockingTasks.Kind.CALLBACK, () -> {
            Duration left = LIMIT.minusNanos(System.nanoTime() - begun);
            CompletionStage<Response> late = attempt(message, left.isNegative() ? Duration.ZERO : left);
            Response answer = late != null ? answer(late, later) : hub.isClosed() ? closed()
                    : busy("The hub takes no message now: this one is not published.");
            if (answer != null) {
                later.accept(answer);
            }
        });
        return null;
    }

    /** {@return the answer if it is known; otherwise null, and the answer, or a timeout, is given to {@code later}} */
    private @Nullable Response answer(CompletionStage<Response> taken, Consumer<Response> later) {
        CompletableFuture<Response> answer = taken.toCompletableFuture();
        if (answer.isDone()) {
            return answer.join();
        }
        answer.completeOnTimeout(inDoubt(), ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS).thenAccept(later);
        return null;
    }

    /** {@return the answer to come, or null if there was no room in time or the hub is closed} */
    private @Nullable CompletionStage<Response> attempt(Message message, Duration limit) {
        try {
            CompletionStage<Position> position = hub.tryPublish(message, options, limit);
            return position == null ? null : position.handle(this::answered);
        } catch (InterruptedException e) {
            return null;
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedStage(answer(413, headers,
                    "The message is larger than all that the hub keeps."));
        } catch (RuntimeException | Error e) {
            FAILURES.warn("A message could not be published over HTTP", e);
            return CompletableFuture.completedStage(answer(500, headers, "The message could not be published."));
        }
    }

    private Response answered(@Nullable Position position, @Nullable Throwable failure) {
        if (position != null) {
            return published(position);
        }
        if (failure instanceof BackplaneException thrown) {
            return thrown.outcome() == BackplaneException.Outcome.IMPOSSIBLE
                    ? answer(413, headers, "The message is larger than the backplane takes.") : inDoubt();
        }
        return closed();
    }

    private Response inDoubt() {
        return answer(504, headers, "The backplane has not answered: the message may or may not be published.");
    }

    private Response published(Position position) {
        Response answer = Response.of(200).with(headers);
        if (options.timeToLive() != null && head.first(PublishHeaders.TTL) != null) {
            answer.with(PublishHeaders.TTL, Long.toString(options.timeToLive().toSeconds()));
        }
        return answer.content("application/json", "{\"id\":\"" + position + "\"}", true);
    }

    private Response closed() {
        return busy("The hub is closed: this message is not published.");
    }

    private Response busy(String text) {
        return Response.of(503).with(headers).with("Retry-After", "1").text(text, true);
    }
}
