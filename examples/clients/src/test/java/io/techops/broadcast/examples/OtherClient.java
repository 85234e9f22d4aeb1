package io.techops.broadcast.examples;

import io.techops.broadcast.Message;
import io.techops.broadcast.testing.TestRun;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client of others, which offers {@code permessage-deflate} and is told that it may use it. */
abstract class OtherClient implements AutoCloseable {

    private final BlockingQueue<Message> heard = new LinkedBlockingQueue<>();

    // Of the message that has begun: one thread at a time puts it together.
    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
    private boolean text;

    /** Sends a message in so many fragments. */
    abstract void send(Message message, int fragments) throws Exception;

    /** Ends the connection, and whatever belongs to the client. */
    @Override
    public abstract void close();

    /** {@return the next message, or how the connection has ended, as a text} */
    final Message next() throws InterruptedException {
        Message next = heard.poll(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
        return next == null ? Message.text("nothing came") : next;
    }

    final void heard(Message message) {
        heard.add(message);
    }

    final void ended(Object how) {
        heard.add(Message.text("ended: " + how));
    }

    final void beginsWith(boolean isText) {
        text = isText;
    }

    /** Takes the next part of the message that has begun. */
    final void part(ByteBuffer part, boolean last) {
        ByteBuffer rest = part.slice();
        byte[] bytes = new byte[rest.remaining()];
        rest.get(bytes);
        parts.writeBytes(bytes);
        if (last) {
            ByteBuffer all = ByteBuffer.wrap(parts.toByteArray());
            heard.add(text ? Message.utf8(all) : Message.binary(all));
            parts.reset();
        }
    }

    /** {@return the payload in so many parts, those of a text with whole characters: Java-WebSocket sends no others} */
    static List<ByteBuffer> split(Message message, int fragments) {
        ByteBuffer payload = message.payload();
        List<ByteBuffer> split = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= fragments; i++) {
            int to = (int) ((long) message.size() * i / fragments);
            while (message instanceof Message.Text && to < message.size() && (payload.get(to) & 0xC0) == 0x80) {
                to++;
            }
            split.add(payload.slice(from, to - from));
            from = to;
        }
        return split;
    }
}
