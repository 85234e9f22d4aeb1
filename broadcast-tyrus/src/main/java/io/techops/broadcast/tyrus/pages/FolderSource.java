package io.techops.broadcast.tyrus.pages;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pages in a folder on disk. Links in the path of the folder itself are followed again at each call. */
public record FolderSource(Path folder) implements PageSource {

    @Override
    public @Nullable OpenFile open(List<String> segments) throws IOException {
        Path file = inside(segments);
        if (file == null) {
            return null;
        }
        try {
            return FilePage.open(file);
        } catch (NoSuchFileException | AccessDeniedException e) {
            // Deleted meanwhile, or not readable: for the client there is no such page.
            return null;
        }
    }

    /**
     * Returns the real path of a file that is inside the folder and has no hidden part; {@code null} if there is none.
     */
    private @Nullable Path inside(List<String> segments) throws IOException {
        try {
            Path root = folder.toRealPath();
            // Resolved at once: one by one, thousands of segments would copy tens of megabytes.
            Path real = root.resolve(String.join("/", segments)).toRealPath();
            if (!real.startsWith(root)) {
                return null;
            }
            for (Path part : root.relativize(real)) {
                if (part.toString().startsWith(".")) {
                    return null;
                }
            }
            return real;
        } catch (InvalidPathException | FileSystemException e) {
            // Not a valid name, no such file, a file used as a folder, a name too long, links in a circle: no page.
            return null;
        }
    }
}
