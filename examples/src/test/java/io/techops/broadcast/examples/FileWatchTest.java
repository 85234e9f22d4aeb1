package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.LogCatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that has changed is read until that has succeeded. */
class FileWatchTest {

    @TempDir
    Path folder = Path.of("");

    private final FileWatch watch = new FileWatch();
    /** What was read, in order. */
    private final List<String> read = new CopyOnWriteArrayList<>();
    /** Why it cannot be read now; null if it can. */
    private volatile @Nullable String obstacle;
    private Path file = Path.of("");

    @BeforeEach
    void write() throws Exception {
        file = Files.writeString(folder.resolve("file"), "first");
    }

    @AfterEach
    void end() {
        watch.close();
    }

    /** Replaces the file: it is looked at at any time, and has to have all of its content then. */
    private void replace(String content) throws IOException {
        Files.move(Files.writeString(folder.resolve("new"), content), file, StandardCopyOption.REPLACE_EXISTING);
    }

    private void read() throws BadOption {
        String now = obstacle;
        if (now != null) {
            throw new BadOption(now);
        }
        try {
            read.add(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void isNotReadAnyMoreWhenASignalForThatComesInTheEnd() {
        watch.add(List.of(file), this::read);
        watch.close();
        watch.readAll();
        assertThat(read).isEmpty();
    }

    @Test
    void thatCouldNotBeReadIsReadOnceThatIsPossibleThoughItHasNotChangedAgain() throws Exception {
        try (LogCatch log = new LogCatch()) {
            watch.add(List.of(file), this::read);
            watch.start();
            obstacle = "too many open files";
            replace("the second");
            await().until(() -> !log.warnings().isEmpty());
            obstacle = "no memory";
            await().until(() -> log.warnings().size() == 2);
            obstacle = null;
            await().until(() -> read.equals(List.of("the second")));
            assertThat(log.warnings()).satisfiesExactly(
                    first -> assertThat(first).endsWith("stays in force: too many open files"),
                    second -> assertThat(second).endsWith("stays in force: no memory"));
        }
    }

    @Test
    void thatCannotBeReadAtASignalIsReadAsSoonAsItCan() {
        try (LogCatch log = new LogCatch()) {
            watch.add(List.of(file), this::read);
            watch.start();
            obstacle = "too many open files";
            watch.readAll();
            watch.readAll();
            await().until(() -> log.warnings().size() == 2); // each signal is answered
            obstacle = null;
            await().until(() -> read.equals(List.of("first")));
        }
    }

    @Test
    void isReadAlthoughAnErrorHitTheThreadBefore() throws Exception {
        AtomicBoolean fails = new AtomicBoolean();
        watch.add(new AbstractList<>() {
            @Override
            public Path get(int index) {
                if (fails.getAndSet(false)) {
                    throw new OutOfMemoryError("Java heap space");
                }
                return file;
            }

            @Override
            public int size() {
                return 1;
            }
        }, this::read);
        watch.start();
        fails.set(true);
        await().until(() -> !fails.get());
        replace("the second");
        await().until(() -> read.equals(List.of("the second")));
    }
}
