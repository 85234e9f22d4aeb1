package io.techops.broadcast.endpoint;

import io.techops.broadcast.Message;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.stream.NumberedFormat;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a batch in the form that containers take: strings and buffers. Made once for all plain peers, and
 * once for all numbered ones. Immutable.
 */
final class SessionBatch implements Batch.Encoding {

    /** Nothing to send. */
    static final SessionBatch NOTHING = new SessionBatch(new Message[0]);

    private static final Function<Batch, SessionBatch> PLAIN = encoder(Batch::message);
    private static final Function<Batch, SessionBatch> NUMBERED = encoder(NumberedFormat::message);

    private final Message[] messages;
    /** The strings of the text messages; null for binary ones. */
    private final @Nullable String[] texts;

    private SessionBatch(Message... messages) {
        this.messages = messages;
        this.texts = new String[messages.length];
        for (int i = 0; i < messages.length; i++) {
            texts[i] = messages[i] instanceof Message.Text text ? text.text() : null;
        }
    }

    private static Function<Batch, SessionBatch> encoder(BiFunction<Batch, Integer, Message> making) {
        return batch -> {
            Message[] messages = new Message[batch.size()];
            for (int i = 0; i < messages.length; i++) {
                messages[i] = making.apply(batch, i);
            }
            return new SessionBatch(messages);
        };
    }

    /**
     * {@return the messages of a batch}
     *
     * @param numbered whether the peers are told positions
     */
    static SessionBatch of(Batch batch, boolean numbered) {
        return batch.encoding(numbered ? NUMBERED : PLAIN);
    }

    /** {@return a single message} */
    static SessionBatch of(Message message) {
        return new SessionBatch(message);
    }

    int size() {
        return messages.length;
    }

    Message message(int index) {
        return messages[index];
    }

    /** {@return the text of a message; null if it is binary} */
    @Nullable String text(int index) {
        return texts[index];
    }

    @Override
    public void release() {
        // Only memory, which a transport that still sends from it refers to.
    }
}
