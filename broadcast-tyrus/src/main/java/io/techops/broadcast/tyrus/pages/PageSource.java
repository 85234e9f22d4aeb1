package io.techops.broadcast.tyrus.pages;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens pages by name. Safe for use by many threads. */
public interface PageSource {

    /**
     * Opens the page whose folders and file name are {@code segments}, at least one, each checked by {@link
     * RequestPath}; may block on the disk.
     *
     * @return the page, which the caller has to close; {@code null} if there is no such page, or it must not be served
     * @throws IOException if the page is there but cannot be read
     */
    @Nullable OpenFile open(List<String> segments) throws IOException;
}
