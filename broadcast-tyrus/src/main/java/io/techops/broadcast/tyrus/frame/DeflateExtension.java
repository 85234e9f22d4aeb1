package io.techops.broadcast.tyrus.frame;

import io.techops.broadcast.Message;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * What a server has for all its peers that speak {@code permessage-deflate} (RFC 7692), without context takeover in
 * either direction: no peer has anything of its own. Safe for use by any number of threads.
 */
public final class DeflateExtension implements AutoCloseable {

    private static final int FIRST = 512;

    private final DeflateSettings settings;
    final MessageDeflater out;
    final MessageInflater in = new MessageInflater();

    /** Makes one, and uses it once: no class of it is loaded for the first time when memory is short. */
    public DeflateExtension(DeflateSettings settings) {
        this.settings = settings;
        out = new MessageDeflater(settings);
        ByteBuffer compressed = ByteBuffer.wrap(out.deflate(Message.text("-".repeat(FIRST))));
        try {
            in.inflate(compressed, FIRST, ByteBuffer::remaining);
        } catch (DataFormatException e) {
            throw new IllegalStateException("the JDK does not inflate what it has deflated", e);
        }
    }

    /**
     * {@return whether a client's offers are looked at}
     *
     * @param userAgent what it calls itself; null if it does not say
     */
    public boolean suits(@Nullable String userAgent) {
        return userAgent == null || settings.exceptions().stream().noneMatch(userAgent::contains);
    }

    /** {@return what was compressed so far} */
    public DeflateFigures figures() {
        return out.figures();
    }

    /** Frees the native memory; what is still in use frees its own when it is done. */
    @Override
    public void close() {
        out.close();
        in.close();
    }
}
