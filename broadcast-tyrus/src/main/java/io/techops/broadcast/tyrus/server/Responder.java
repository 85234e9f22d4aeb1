package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.tyrus.connection.SocketTransport;
import io.techops.broadcast.tyrus.http.RequestBody;
import io.techops.broadcast.tyrus.http.RequestHead;
import io.techops.broadcast.tyrus.http.Response;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 *     answer --all has left--> answered
 *            --the socket takes no more--> no thread has the connection, until it does or the stall timeout is over
 *            --the turn is over--> a thread of the pool goes on, behind those that wait for one
 */

/**
 * Writes the answers of a connection, one at a time, and decides whether the connection goes on afterwards. Owned by
 * the thread that owns the connection. A method returns whether this thread still owns it and there may be more to
 * read.
 */
final class Responder {

    /** The connection. */
    interface Client {

        /** Sets an action for when the connection is closed, which may run at once; null for none. */
        void whenClosed(@Nullable Runnable action);

        /**
         * Called when an answer was written.
         *
         * @param last whether it was the last one
         * @return whether this thread still owns the connection and there may be more to read
         */
        boolean answered(boolean last);

        /** Reads on, if there may be more, on a thread that may wait. */
        void goOn(boolean more);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Responder.class);

    private final TimedProcessor processor;
    private final RequestInput input;
    private final Duration stallTimeout;
    private final Client client;

    Responder(TimedProcessor processor, RequestInput input, Duration stallTimeout, Client client) {
        this.processor = processor;
        this.input = input;
        this.stallTimeout = stallTimeout;
        this.client = client;
    }

    /**
     * Answers a request; the rest of its body is skipped.
     *
     * @param bodyLeft the bytes of the body that have still to come
     */
    boolean answer(SocketTransport pipe, RequestHead head, long bodyLeft, Response answer) {
        boolean hasBody = bodyLeft != 0;
        // A client that waits for a 100 may send the body after the answer, or not: the next bytes could be either.
        boolean last = !head.keepsAlive() || hasBody && head.first("Expect") != null
                || bodyLeft > RequestBody.MAX_BYTES;
        if (hasBody && !last) {
            input.expect(RequestBody.of(bodyLeft));
        }
        if (last) {
            answer.with("Connection", "close");
        } else if (!head.modern()) {
            answer.with("Connection", "keep-alive");
        }
        return send(pipe, answer, last);
    }

    /**
     * Sends an answer as it is.
     *
     * @param last whether the connection ends after it
     */
    boolean send(SocketTransport pipe, Response answer, boolean last) {
        processor.noDeadline();
        client.whenClosed(() -> close(answer));
        return write(pipe, answer, last);
    }

    private boolean write(SocketTransport pipe, Response answer, boolean last) {
        try {
            switch (answer.write(pipe)) {
                case DONE -> {
                    client.whenClosed(null);
                    close(answer);
                    return client.answered(last);
                }
                case GOES_ON -> writeOn(pipe, answer, last);
                case WAITS_FOR_SOCKET -> {
                    processor.unwatch();
                    processor.after(stallTimeout, processor.connection::terminateSilently);
                    pipe.awaitWritable(() -> {
                        processor.noDeadline();
                        writeOn(pipe, answer, last);
                    });
                }
            }
        } catch (IOException e) {
            LOG.debug("An answer was broken off: {}", e.toString());
            processor.connection.terminateSilently();
        }
        return false;
    }

    private void writeOn(SocketTransport pipe, Response answer, boolean last) {
        processor.handOver(() -> client.goOn(write(pipe, answer, last)));
    }

    private static void close(Response answer) {
        try {
            answer.close();
        } catch (IOException e) {
            LOG.debug("A page could not be closed: {}", e.toString());
        }
    }
}
