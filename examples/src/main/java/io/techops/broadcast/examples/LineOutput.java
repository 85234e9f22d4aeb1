package io.techops.broadcast.examples;

import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file that lines are appended to, or a standard stream. Opens nothing to write a line, so that it works without
 * descriptors, and uses no channel, which an interrupted thread would close. Not safe for many threads.
 *
 * <p>A write that fails may have written a part of its lines, for example up to the last free byte of a disk. The part
 * is cut off again; where that is not possible, as in a pipe, the next write ends the torn line first.
 */
final class LineOutput {

    private final String name;
    private final Charset charset;
    private final @Nullable Path path;
    private FileOutputStream out;
    /**
     * Measures and truncates the file of {@code out}; null if that is not a regular file, or may only be appended to.
     */
    private @Nullable RandomAccessFile file;
    private boolean torn;

    private LineOutput(String name, Charset charset, FileOutputStream out, @Nullable Path path) {
        this.name = name;
        this.charset = charset;
        this.out = out;
        this.path = path;
        this.file = path == null ? null : measuring(path);
    }

    /**
     * {@return an output that appends to a file}
     *
     * @throws IOException if the file cannot be opened or created
     */
    static LineOutput appendingTo(Path path) throws IOException {
        return new LineOutput("the log file " + path, StandardCharsets.UTF_8,
                new FileOutputStream(path.toFile(), true), path);
    }

    private static @Nullable RandomAccessFile measuring(Path path) {
        try {
            return Files.isRegularFile(path) ? new RandomAccessFile(path.toFile(), "rw") : null;
        } catch (IOException appendOnly) {
            return null; // lines can be appended nevertheless
        }
    }

    /**
     * Opens the file once more by its name; a standard stream stays as it is.
     *
     * @throws IOException if it cannot be opened: the old one is still used
     */
    void reopen() throws IOException {
        if (path == null) {
            return;
        }
        FileOutputStream before = out;
        RandomAccessFile measuredBefore = file;
        FileOutputStream next = new FileOutputStream(path.toFile(), true);
        RandomAccessFile measured = measuring(path);
        torn = torn && (measured == null || measured.length() > 0); // may be the same file
        out = next;
        file = measured;
        close(before);
        close(measuredBefore);
    }

    private static void close(@Nullable Closeable one) {
        try {
            if (one != null) {
                one.close();
            }
        } catch (IOException e) {
            // Every line was written, or reported as lost.
        }
    }

    static LineOutput standardOutput() {
        return new LineOutput("standard output", console("stdout.encoding"), new FileOutputStream(FileDescriptor.out),
                null);
    }

    static LineOutput standardError() {
        return new LineOutput("standard error", console("stderr.encoding"), new FileOutputStream(FileDescriptor.err),
                null);
    }

    /** {@return the encoding of {@code System.out} or {@code System.err}; the property is there since JDK 19} */
    private static Charset console(String property) {
        String encoding = System.getProperty(property);
        return encoding == null ? Charset.defaultCharset() : Charset.forName(encoding);
    }

    /** {@return the name of the output for messages to the operator} */
    String name() {
        return name;
    }

    /**
     * Writes all of {@code lines} or nothing of it.
     *
     * @param lines each with its separator
     * @throws IOException if it cannot be written
     */
    void write(String lines) throws IOException {
        long before = file == null ? 0 : file.length();
        byte[] bytes = (torn ? System.lineSeparator() + lines : lines).getBytes(charset);
        try {
            out.write(bytes);
            torn = false;
        } catch (IOException e) {
            torn = !isCut(before);
            throw e;
        }
    }

    private boolean isCut(long length) {
        try {
            if (file != null && file.length() > length) {
                file.setLength(length);
            }
            return file != null;
        } catch (IOException e) {
            return false;
        }
    }
}
