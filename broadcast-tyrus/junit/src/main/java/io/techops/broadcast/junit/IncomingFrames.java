package io.techops.broadcast.junit;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import java.io.ByteArrayOutputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Assembles messages from the callbacks of the JDK's WebSocket client, which come one at a time, and requests the next.
 */
final class IncomingFrames implements WebSocket.Listener {

    private final BiConsumer<Message, String> message;
    private final Consumer<CloseReason> end;
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream binary = new ByteArrayOutputStream();

    /**
     * @param message receives each message, and the subprotocol of the connection
     * @param end receives the reason for the end of the connection
     */
    IncomingFrames(BiConsumer<Message, String> message, Consumer<CloseReason> end) {
        this.message = message;
        this.end = end;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            message.accept(Message.text(text.toString()), from.getSubprotocol());
            text.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        byte[] part = new byte[data.remaining()];
        data.get(part);
        binary.writeBytes(part);
        if (last) {
            message.accept(Message.binary(binary.toByteArray()), from.getSubprotocol());
            binary.reset();
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String phrase) {
        end.accept(CloseReason.of(code, phrase));
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable thrown) {
        end.accept(CloseReason.of(CloseReason.ABNORMAL));
    }
}
