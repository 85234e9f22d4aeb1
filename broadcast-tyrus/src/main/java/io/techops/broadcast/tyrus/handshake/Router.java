package io.techops.broadcast.tyrus.handshake;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.spi.PathTemplate;
import io.techops.broadcast.tyrus.http.HttpRejection;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Which hub serves which path. Safe for use by any number of threads. */
public interface Router {

    /** What is at a path. */
    sealed interface Answer permits Rejected, Destination {
    }

    /** There is none, and this is why. */
    record Rejected(HttpRejection why) implements Answer {
    }

    /** There is something to connect to. */
    sealed interface Destination extends Answer permits Found, Hosted {

        /** {@return the topic that it is, or null} */
        @Nullable String topic();
    }

    /**
     * A hub.
     *
     * @param topic the topic that it is, or null if it is the only one
     */
    record Found(BroadcastHub hub, @Nullable String topic) implements Destination {
    }

    /** An endpoint of the host application. */
    non-sealed interface Hosted extends Destination {

        @Override
        default @Nullable String topic() {
            return null;
        }
    }

    /** {@return what is at a path, as it was sent} See {@link PathTemplate}. */
    Answer at(String path);

    /** {@return whether registering a peer, or reading from one, may have to wait for foreign code} */
    boolean mayBlock();

    /** Counts a refusal. */
    void refused(RefusalCause cause);

    /** {@return what the hub, or all topics together, have done, and how they are now} */
    HubStats stats();

    boolean isClosed();

    CompletionStage<Void> shutdown(Duration limit);

    void close(Duration limit);

    static Answer nothingThere() {
        return new Rejected(HttpRejection.of(RefusalCause.NOT_FOUND, 404, "There is no WebSocket at this path."));
    }

    static Answer malformed() {
        return new Rejected(HttpRejection.bad("The path is not percent-encoded UTF-8 (RFC 3986 section 2.1)."));
    }
}
