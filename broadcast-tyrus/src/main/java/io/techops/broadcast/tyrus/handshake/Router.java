package io.techops.broadcast.tyrus.handshake;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.spi.PathTemplate;
import io.techops.broadcast.tyrus.http.HttpRejection;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Finds the hub, or the endpoint, at a path. Safe for use by any number of threads. */
public interface Router {

    /** The result: what is at a path. */
    sealed interface Answer permits Rejected, Destination {
    }

    /** Nothing is at the path, for this reason. */
    record Rejected(HttpRejection why) implements Answer {
    }

    /** Something to connect to. */
    sealed interface Destination extends Answer permits Found, Hosted {

        /** {@return the name of the topic, or null if it is not a topic} */
        @Nullable String topic();
    }

    /**
     * A hub.
     *
     * @param topic the name of its topic, or null if the hub is not a topic
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

    /** {@return what is at a path, given as it was sent} See {@link PathTemplate}. */
    Answer at(String path);

    /** {@return whether registering a peer, or reading from one, may have to wait for foreign code} */
    boolean mayBlock();

    /** Counts a refusal. */
    void refused(RefusalCause cause);

    /** {@return the figures of the hub, or of all topics together} */
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
