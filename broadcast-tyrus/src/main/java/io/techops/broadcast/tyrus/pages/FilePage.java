package io.techops.broadcast.tyrus.pages;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * How a file becomes a consistent page, although others may write to it or replace it at any moment:
 *
 * - Everything sent comes from one open channel; the name is not looked up again.
 * - A small file is read to its end at once: length, tag (a hash) and body are of the same bytes.
 * - A large file is sent as it is read, its length is that of the channel, and the sender never sends more. Its
 *   tag comes from the attributes, and only if they were the same before and after the channel was opened: otherwise
 *   they may describe another file of the same name.
 * - A time stamp does not show a second change within its resolution, so a file changed a moment ago gets no tag
 *   and no date from it.
 */
/** Opens a file on disk as a page. */
final class FilePage {

    private FilePage() {
    }

    /**
     * Returns the page in {@code file}, whose last part must not be a link; {@code null} if it is not a regular file.
     */
    static @Nullable OpenFile open(Path file) throws IOException {
        BasicFileAttributes before = attributes(file);
        if (!before.isRegularFile()) {
            // Opening a pipe could block for ever.
            return null;
        }
        Instant modified = OpenFile.settled(before.lastModifiedTime().toInstant());
        SeekableByteChannel channel =
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        try {
            byte[] start = OpenFile.start(channel);
            if (start.length <= OpenFile.SMALL) {
                channel.close();
                return OpenFile.small(start, modified);
            }
            channel.position(0);
            long length = channel.size();
            if (modified == null || !same(before, attributes(file)) || length != before.size()) {
                return new OpenFile(channel, length, null, null);
            }
            String state = length + " " + before.lastModifiedTime().toInstant() + ' ' + before.fileKey();
            return new OpenFile(channel, length, OpenFile.tag(state), modified);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean same(BasicFileAttributes a, BasicFileAttributes b) {
        return a.size() == b.size()
                && a.lastModifiedTime().equals(b.lastModifiedTime())
                && Objects.equals(a.fileKey(), b.fileKey());
    }
}
