package io.techops.broadcast.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The file that tells the operator's scripts which process to signal: the pid and a newline. It is never written over
 * the one of a process that is alive, nor over a file that holds anything else than a pid.
 */
final class PidFile {

    private static final String OPTION = "--pid-file";

    private final Path path;
    private final long pid = ProcessHandle.current().pid();

    private PidFile(Path path) {
        this.path = path;
    }

    /**
     * Looks whether the file can be written, and leaves it as it is.
     *
     * @throws BadOption if it cannot
     */
    static PidFile checked(Path path) throws BadOption {
        PidFile file = new PidFile(path.toAbsolutePath());
        file.check();
        return file;
    }

    private void check() throws BadOption {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new BadOption(OPTION, "must be a regular file", path);
        }
        if (!Files.isDirectory(path.getParent())) {
            throw new BadOption(OPTION, "must be in a directory that exists", path);
        }
        if (!Files.exists(path)) {
            return;
        }
        String holder = holder();
        if (!holder.isEmpty() && !holder.matches("[0-9]{1,18}")) {
            throw new BadOption(OPTION, "must not be a file that holds anything but a pid", path);
        }
        // Its own pid is left over from a process before it: in a container, pids come back.
        if (!holder.isEmpty() && Long.parseLong(holder) != pid && isAlive(Long.parseLong(holder))) {
            throw new BadOption(OPTION, "must not be that of a process that is alive, here " + holder, path);
        }
    }

    private String holder() throws BadOption {
        try {
            return Files.size(path) > 64 ? "too long" : Files.readString(path, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            throw new BadOption(OPTION, "must be a file that can be read", path);
        }
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /**
     * Writes the file, in one step: whoever reads it finds the whole pid.
     *
     * @throws BadOption if it cannot be written, or another process has written its own meanwhile
     */
    void write() throws BadOption {
        check();
        Path whole = path.resolveSibling(path.getFileName() + "." + pid);
        try {
            Files.writeString(whole, pid + "\n");
            Files.move(whole, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            deleteQuietly(whole);
            throw new BadOption(OPTION, "must be in a directory that can be written to", path);
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // It could not be written either, which is being reported.
        }
    }

    /** Removes the file, if it is still this process's. */
    void remove() {
        try {
            if (Files.exists(path) && holder().equals(Long.toString(pid))) {
                Files.delete(path);
            }
        } catch (IOException | BadOption e) {
            System.err.println("broadcast-service: the pid file could not be removed: " + e.getMessage());
        }
    }
}
