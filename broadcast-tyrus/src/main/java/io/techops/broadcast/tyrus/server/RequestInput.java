package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.tyrus.connection.SocketReader;
import io.techops.broadcast.tyrus.connection.SocketTransport;
import io.techops.broadcast.tyrus.http.HeadResult;
import io.techops.broadcast.tyrus.http.RequestBody;
import io.techops.broadcast.tyrus.http.RequestHead;
import io.techops.broadcast.tyrus.http.RequestHeadParser;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends: request heads and their bodies, one after the other. What was read behind a request waits here
 * until it is answered: no more than two buffers. Owned by the thread that has the connection.
 */
final class RequestInput {

    private @Nullable RequestHeadParser parser;
    private @Nullable RequestBody body;
    private @Nullable ByteBuffer rest;
    private boolean ended;

    /** Says that a body comes next. */
    void expect(RequestBody next) {
        body = next;
    }

    /** {@return whether a body comes, which is not complete} */
    boolean isInBody() {
        return body != null;
    }

    /** {@return whether a head comes, which is not complete} */
    boolean isInHead() {
        return parser != null;
    }

    /** {@return whether the answer to the head that comes may have a body, as far as is known} */
    boolean answersWithBody() {
        return parser == null || parser.answersWithBody();
    }

    /** Reads on. {@return a head, why it is none, or how the body has ended; null if more has to come} */
    @Nullable HeadResult read(SocketTransport pipe) {
        SocketReader reader = pipe.reader(SocketReader.LEAST_READ);
        HeadResult result = null;
        try {
            for (ByteBuffer piece = rest != null ? rest : reader.next(); piece != null; piece = reader.next()) {
                result = take(piece);
                rest = result == null || !piece.hasRemaining() ? null
                        : ByteBuffer.allocate(piece.remaining()).put(piece).flip();
                if (result != null) {
                    break;
                }
            }
        } finally {
            ended = reader.end();
        }
        return result;
    }

    private @Nullable HeadResult take(ByteBuffer piece) {
        if (body != null) {
            RequestBody.Progress progress = body.take(piece);
            if (progress == RequestBody.Progress.MORE) {
                return null;
            }
            body = null;
            return progress;
        }
        if (!piece.hasRemaining()) {
            return null;
        }
        parser = parser == null ? new RequestHeadParser() : parser;
        HeadResult result = parser.parse(piece);
        if (result instanceof RequestHead) {
            parser = null;
        }
        return result;
    }

    /** Reads without looking at it. */
    void drop(SocketTransport pipe) {
        SocketReader reader = pipe.reader(SocketReader.BUFFER_BYTES);
        try {
            while (reader.next() != null) {
                // it is dropped
            }
        } finally {
            ended = reader.end();
        }
    }

    /** Keeps what comes, as far as that is little. */
    void keep(SocketTransport pipe) {
        SocketReader reader = pipe.reader(SocketReader.LEAST_READ);
        try {
            for (ByteBuffer piece = reader.next(); piece != null; piece = isFull() ? null : reader.next()) {
                ByteBuffer before = rest == null ? ByteBuffer.allocate(0) : rest;
                rest = ByteBuffer.allocate(before.remaining() + piece.remaining()).put(before).put(piece).flip();
            }
        } finally {
            ended = reader.end();
        }
    }

    /** {@return whether no more can be kept} */
    boolean isFull() {
        return rest != null && rest.remaining() >= SocketReader.LEAST_READ;
    }

    /** {@return whether the stream had ended when it was read last} */
    boolean hasEnded() {
        return ended;
    }

    /** {@return what was read and not looked at, which is kept here no longer; null if there is nothing} */
    @Nullable ByteBuffer takeRest() {
        ByteBuffer kept = rest;
        rest = null;
        return kept;
    }
}
