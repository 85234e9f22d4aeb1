package io.techops.broadcast.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;

/*
 * Loading and verifying classes takes most of the service's start. As the guide recommends, one run writes them to an
 * archive beside the jar (class data sharing), and all later runs load them from there. Test classes run in several
 * processes: the first makes the archive, and the others wait for it. An archive is valid only for the jar and the JVM
 * that made it. If the JVM makes none, the service starts without it.
 */

/** An archive of the classes of a jar, so that programs of the jar start faster. */
final class ClassArchive {

    private final Path jar;
    private final Path file;
    private final Consumer<String> run;
    private List<String> options = List.of();

    /**
     * For a jar.
     *
     * @param run runs a typical program of the jar with one more option of the JVM, and returns when it has ended
     */
    ClassArchive(Path jar, Consumer<String> run) {
        this.jar = jar;
        this.run = run;
        file = jar.resolveSibling("classes-" + System.getProperty("java.vm.version") + ".jsa").toAbsolutePath();
    }

    /** {@return the options of a JVM that uses the archive; blocks until it is made} */
    synchronized List<String> options() {
        if (options.isEmpty()) {
            try (FileChannel channel = FileChannel.open(file.resolveSibling("classes.lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE); FileLock lock = channel.lock()) {
                if (lock.isValid() && !isMade()) {
                    make();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            options = Files.exists(file) ? List.of("-XX:SharedArchiveFile=" + file) : List.of("-Xshare:auto");
        }
        return options;
    }

    private boolean isMade() throws IOException {
        return Files.exists(file) && Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(jar)) > 0;
    }

    private void make() throws IOException {
        Path written = file.resolveSibling("classes.new");
        Files.deleteIfExists(file);
        Files.deleteIfExists(written);
        run.accept("-XX:ArchiveClassesAtExit=" + written);
        if (Files.exists(written)) {
            Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
