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
 * Reads a client's requests: heads and bodies, one after the other. Input behind a request is kept here until that
 * request is answered: no more than two buffers. Owned by the thread that owns the connection.
 */
final class RequestInput {

    private @Nullable RequestHeadParser parser;
    private @Nullable RequestBody body;
    private @Nullable ByteBuffer rest;
    private boolean ended;

    /** Sets the body that comes next. */
    void expect(RequestBody next) {
        body = next;
    }

    /** {@return whether a body is being read} */
    boolean isInBody() {
        return body != null;
    }

    /** {@return whether a head is being read} */
    boolean isInHead() {
        return parser != null;
    }

    /** {@return whether the answer to the head that is being read may have a body, as far as is known} */
    boolean answersWithBody() {
        return parser == null || parser.answersWithBody();
    }

    /** Reads on. {@return a head, why it is invalid, or how the body has ended; null if more has to come} */
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

    /** Reads input and drops it. */
    void drop(SocketTransport pipe) {
        SocketReader reader = pipe.reader(SocketReader.BUFFER_BYTES);
        try {
            while (reader.next() != null) {
                // dropped
            }
        } finally {
            ended = reader.end();
        }
    }

    /** Reads input and keeps it, up to two buffers. */
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

    /** {@return whether the buffers are full} */
    boolean isFull() {
        return rest != null && rest.remaining() >= SocketReader.LEAST_READ;
    }

    /** {@return whether the last read found the end of the stream} */
    boolean hasEnded() {
        return ended;
    }

    /** Removes the input that was kept. {@return it; null if there is none} */
    @Nullable ByteBuffer takeRest() {
        ByteBuffer kept = rest;
        rest = null;
        return kept;
    }
}
