package io.techops.broadcast.tyrus;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.EmptyCompletionHandler;
import org.glassfish.grizzly.WriteHandler;
import org.glassfish.grizzly.http.io.NIOOutputStream;
import org.glassfish.grizzly.http.server.Response;
import org.glassfish.grizzly.memory.Buffers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A response that no reader can hold up. A chunk is read and written only when everything before it has left for the
 * kernel:
 *
 *     suspend -> [queue empty -> read a chunk, write it]* -> queue empty -> close, resume
 *
 * So a connection holds one chunk and an open file at most, and no thread: between two steps the response is suspended.
 * Each step starts the stall timer anew; when it runs out, the connection is cut. The last wait comes before the
 * response is closed, so that the timer also covers the last chunk.
 *
 * A cut connection makes Grizzly give its context to the next one that needs one, while a step may still be under way
 * on another thread. A step therefore writes under our lock, and only if the response is not over; the end of the
 * response is announced (cancelled) before the context is given away, and takes the same lock. Lock order: Grizzly's
 * monitor of the suspended response comes first, so nothing here touches that monitor (suspend, setTimeout, resume)
 * while it holds the lock; and the timer only cuts the connection, and leaves the cancelling to the close that follows.
 */
/** Sends one response to the end, at the reader's pace. Steps run one after another, on Grizzly's worker threads. */
final class PageSender implements WriteHandler {

    static final int CHUNK = 64 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(PageSender.class);

    private final Response response;
    private final Connection<?> connection;
    private final NIOOutputStream out;
    private final ReadableByteChannel body;
    private final Closeable resource;
    private final Duration stallTimeout;
    private final int queueLimit;
    private long left;

    private final Object lock = new Object();
    /** Guarded by the lock. */
    private boolean over;

    private PageSender(Response response, ReadableByteChannel body, long length, Closeable resource,
            Duration stallTimeout) {
        this.response = response;
        this.connection = response.getRequest().getContext().getConnection();
        this.out = response.getNIOOutputStream();
        this.body = body;
        this.left = length;
        this.resource = resource;
        this.stallTimeout = stallTimeout;
        this.queueLimit = connection.getMaxAsyncWriteQueueSize();
    }

    /**
     * Sends {@code response}, whose status and headers are set, with the next {@code length} bytes of {@code body};
     * never waits for the reader. Closes {@code resource} when it is done with it, whatever happens.
     *
     * @param stallTimeout how long the reader may take none of a chunk before its connection is cut
     */
    static void send(Response response, ReadableByteChannel body, long length, Closeable resource,
            Duration stallTimeout) {
        PageSender sender = new PageSender(response, body, length, resource, stallTimeout);
        sender.start();
    }

    private void start() {
        // "Can write" shall mean that nothing is waiting. The default is four times the socket's buffer, megabytes.
        connection.setMaxAsyncWriteQueueSize(1);
        response.suspend(stallTimeout.toMillis(), TimeUnit.MILLISECONDS, new EmptyCompletionHandler<>() {
            @Override
            public void cancelled() {
                end();
            }
        }, suspended -> {
            LOG.debug("{} takes nothing of its response for {}: cut", connection, stallTimeout);
            connection.terminateSilently();
            return false;
        });
        out.notifyCanWrite(this);
    }

    @Override
    public void onWritePossible() throws IOException {
        if (left == 0) {
            finish();
            return;
        }
        ByteBuffer chunk = read();
        synchronized (lock) {
            if (over) {
                return;
            }
            out.write(Buffers.wrap(connection.getMemoryManager(), chunk));
        }
        response.getSuspendContext().setTimeout(stallTimeout.toMillis(), TimeUnit.MILLISECONDS);
        out.notifyCanWrite(this);
    }

    /** Ends the connection, so that nobody takes a part of the page for all of it. */
    @Override
    public void onError(Throwable t) {
        if (end()) {
            LOG.debug("{}: response broken off", connection, t);
            connection.terminateSilently();
        }
    }

    private ByteBuffer read() throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, left));
        while (chunk.hasRemaining()) {
            if (body.read(chunk) < 0) {
                throw new EOFException("the page has become shorter: " + (left - chunk.position()) + " bytes missing");
            }
        }
        left -= chunk.capacity();
        return chunk.flip();
    }

    private void finish() throws IOException {
        synchronized (lock) {
            if (over) {
                return;
            }
            out.close();
        }
        if (end()) {
            connection.setMaxAsyncWriteQueueSize(queueLimit);
            response.resume();
        }
    }

    /** Returns whether this call is the one that ended the response. */
    private boolean end() {
        synchronized (lock) {
            if (over) {
                return false;
            }
            over = true;
        }
        try {
            resource.close();
        } catch (IOException e) {
            LOG.debug("{}: could not close the page", connection, e);
        }
        return true;
    }
}
