package io.techops.broadcast.examples;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The file that tells the operator's scripts which process to signal: the pid and a newline. A file that holds anything
 * else than a pid is never written over, nor is that of another instance that runs.
 *
 * <p>The number in the file does not show whether another instance runs: after a crash or a reboot, or in another
 * container, it may be that of any process. A lock on the file does: the process holds it, and the kernel releases it
 * when the process ends, in whatever way. The kernel would also release it if this process opened the file once more
 * and closed it.
 */
final class PidFile {

    private static final String OPTION = "--pid-file";
    private static final int LONGEST = 18;
    /** How often the file may be removed by an instance that ends while this one looks at it. */
    private static final int ATTEMPTS = 100;
    /** Far behind the pid, because a lock may keep other processes from reading the locked bytes. */
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    private final Path path;
    private final @Nullable Object key;
    private final FileChannel channel;
    private final String pid = Long.toString(ProcessHandle.current().pid());

    private PidFile(Path path, @Nullable Object key, FileChannel channel) {
        this.path = path;
        this.key = key;
        this.channel = channel;
    }

    /**
     * Writes the file, and locks it until {@link #remove} or the end of the process.
     *
     * @throws BadOption if it cannot be written, holds something else, or is that of another instance that runs
     */
    static PidFile take(Path given) throws BadOption {
        Path path = given.toAbsolutePath();
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new BadOption(OPTION, "must be a regular file", path);
        }
        if (!Files.isDirectory(path.getParent())) {
            throw new BadOption(OPTION, "must be in a directory that exists", path);
        }
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            PidFile file = open(path);
            boolean taken = false;
            try {
                taken = file.lock();
                if (taken) {
                    file.write();
                    return file;
                }
            } catch (IOException e) {
                throw new BadOption(OPTION, "must be a file that can be written and locked (" + e.getMessage() + ")",
                        path);
            } finally {
                if (!taken) {
                    file.close();
                }
            }
        }
        throw new BadOption(OPTION, "must be a file that others do not replace all the time", path);
    }

    private static PidFile open(Path path) throws BadOption {
        try {
            Files.createFile(path);
        } catch (FileAlreadyExistsException e) {
            // Checked below.
        } catch (IOException e) {
            throw new BadOption(OPTION, "must be in a directory that can be written to", path);
        }
        try {
            return new PidFile(path, key(path),
                    FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new BadOption(OPTION, "must be a file that can be read and written", path);
        }
    }

    private static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /** {@return whether the lock was taken; false if the file was removed meanwhile by the instance that had it} */
    private boolean lock() throws IOException, BadOption {
        String holder = holder();
        if (!holder.matches("[0-9]{0," + LONGEST + "}")) {
            throw new BadOption(OPTION, "must not be a file that holds anything but a pid", path);
        }
        boolean locked;
        try {
            locked = channel.tryLock(LOCKED_BYTE, 1, false) != null;
        } catch (OverlappingFileLockException e) {
            locked = false; // this process holds the lock already
        }
        if (!locked) {
            throw new BadOption(OPTION, "must not be that of a process that is alive, here " + holder, path);
        }
        return isInPlace();
    }

    private String holder() throws IOException {
        ByteBuffer content = ByteBuffer.allocate(2 * LONGEST);
        int length = Math.max(0, channel.read(content, 0));
        return new String(content.array(), 0, length, StandardCharsets.ISO_8859_1).strip();
    }

    private boolean isInPlace() throws IOException {
        try {
            return Objects.equals(key, key(path));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Writes the first line in one step: readers use only that line. */
    private void write() throws IOException {
        try {
            int length = channel.write(ByteBuffer.wrap((pid + "\n").getBytes(StandardCharsets.ISO_8859_1)), 0);
            if (length <= pid.length()) {
                throw new IOException("no space left on device");
            }
            channel.truncate(length);
        } catch (IOException e) {
            Files.deleteIfExists(path);
            close();
            throw e;
        }
    }

    /** Removes the file, if it is still this process's. Nothing happens the second time. */
    void remove() {
        try {
            if (channel.isOpen() && isInPlace() && holder().equals(pid)) {
                Files.delete(path);
            }
        } catch (IOException e) {
            System.err.println("broadcast-service: the pid file could not be removed: " + e.getMessage());
        }
        close();
    }

    private void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is closed nevertheless, and the lock is released.
        }
    }
}
