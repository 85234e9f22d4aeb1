package io.techops.broadcast.tyrus.pages;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.Channels;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.jar.JarEntry;
import org.jspecify.annotations.Nullable;

/**
 * The pages below {@code prefix} on the class path. Files in a directory of the class path are treated like any other
 * file on disk, with the same checks of links.
 */
public record ResourceSource(ClassLoader loader, String prefix) implements PageSource {

    @Override
    public @Nullable OpenFile open(List<String> segments) throws IOException {
        URL url = loader.getResource(prefix + '/' + String.join("/", segments));
        if (url == null) {
            return null;
        }
        if (url.getProtocol().equals("file")) {
            return new FolderSource(folder(url, segments.size())).open(segments);
        }
        URLConnection connection = url.openConnection();
        // A cached jar file would stay after it was replaced, and be shared with code that closes it.
        connection.setUseCaches(false);
        try {
            return open(connection);
        } catch (FileNotFoundException | NoSuchFileException e) {
            // The loader remembers what was in the jar file before it was replaced or deleted.
            return null;
        }
    }

    /** Returns the directory of the prefix, given that {@code url} is {@code depth} levels below it. */
    private static Path folder(URL url, int depth) throws IOException {
        try {
            Path folder = Path.of(url.toURI());
            for (int i = 0; i < depth; i++) {
                folder = folder.getParent();
            }
            return folder;
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new IOException("not a file name: " + url, e);
        }
    }

    private static @Nullable OpenFile open(URLConnection connection) throws IOException {
        InputStream in = connection.getInputStream();
        try {
            JarEntry entry = connection instanceof JarURLConnection jar ? jar.getJarEntry() : null;
            if (entry != null && entry.isDirectory()) {
                in.close();
                return null;
            }
            Instant modified = entry == null || entry.getLastModifiedTime() == null ? null
                    : OpenFile.settled(entry.getLastModifiedTime().toInstant());
            byte[] start = in.readNBytes(OpenFile.SMALL + 1);
            if (start.length <= OpenFile.SMALL) {
                in.close();
                return OpenFile.small(start, modified);
            }
            long length = connection.getContentLengthLong();
            if (length < 0) {
                throw new IOException("length unknown: " + connection.getURL());
            }
            String tag = entry == null || entry.getCrc() == -1 ? null : OpenFile.tag(length + " " + entry.getCrc());
            InputStream all = new SequenceInputStream(new ByteArrayInputStream(start), in);
            return new OpenFile(Channels.newChannel(all), length, tag, modified);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }
}
