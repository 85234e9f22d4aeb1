package io.techops.broadcast.tyrus.pages;

import io.techops.broadcast.spi.PathTemplate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The path of a request, decoded once and free of anything that could be mistaken for more than names.
 *
 * @param segments the names in it, each non-empty, without slash, backslash and control characters, and not starting
 *     with a dot
 * @param folder whether the path ends with a slash
 */
record RequestPath(List<String> segments, boolean folder) {

    /**
     * Parses {@code raw}; returns {@code null} if no page can have this path.
     *
     * @param raw the path as it was sent, percent-encoded, one character for each byte
     */
    static @Nullable RequestPath parse(String raw) {
        if (!raw.startsWith("/")) {
            return null;
        }
        String[] parts = raw.substring(1).split("/", -1);
        int last = parts.length - 1;
        List<String> segments = new ArrayList<>();
        for (int i = 0; i < last || i == last && !parts[i].isEmpty(); i++) {
            String segment = PathTemplate.decode(parts[i]);
            if (segment == null || !isName(segment)) {
                return null;
            }
            segments.add(segment);
        }
        return new RequestPath(List.copyOf(segments), parts[last].isEmpty());
    }

    /** {@return the names of the folder's page, whether or not there is one} */
    List<String> index() {
        List<String> index = new ArrayList<>(segments);
        index.add("index.html");
        return index;
    }

    private static boolean isName(String segment) {
        return !segment.isEmpty() && segment.charAt(0) != '.' && PathTemplate.isPlain(segment);
    }
}
