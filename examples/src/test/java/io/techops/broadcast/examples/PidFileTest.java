package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PidFileTest {

    private static final String OWN = Long.toString(ProcessHandle.current().pid());

    @TempDir
    Path folder = Path.of("");
    private Path path = Path.of("");

    @BeforeEach
    void name() {
        path = folder.resolve("service.pid");
    }

    private static long otherProcess() {
        return ProcessHandle.current().parent().orElseThrow().pid();
    }

    @Test
    void holdsThePidAndALineBreakUntilItIsRemoved() throws Exception {
        PidFile file = PidFile.take(path);
        assertThat(path).hasContent(OWN + "\n");
        assertThat(folder).isDirectoryNotContaining(other -> !other.equals(path));
        file.remove();
        assertThat(path).doesNotExist();
        file.remove();
    }

    @Test
    void replacesOneThatWasLeftBehindWhateverItsNumberIsToday() throws Exception {
        String other = Long.toString(otherProcess());
        for (String stale : new String[] {"", "\n", OWN, OWN + "\n", "1\n", other, "999999999999999999\n"}) {
            Files.writeString(path, stale);
            PidFile file = PidFile.take(path);
            assertThat(path).hasContent(OWN + "\n");
            file.remove();
            assertThat(path).doesNotExist();
        }
    }

    @Test
    void refusesThatOfAnInstanceThatRuns() throws Exception {
        PidFile file = PidFile.take(path);
        assertThatThrownBy(() -> PidFile.take(path)).isInstanceOf(BadOption.class)
                .hasMessage("--pid-file must not be that of a process that is alive, here " + OWN + ": " + path);
        assertThat(path).hasContent(OWN + "\n");
        file.remove();
        PidFile.take(path).remove();
        assertThat(path).doesNotExist();
    }

    @Test
    void refusesAFileThatHoldsSomethingElse() throws Exception {
        for (String precious : new String[] {"precious\n", "12 34", "-1", "1".repeat(100)}) {
            Files.writeString(path, precious);
            assertThatThrownBy(() -> PidFile.take(path)).isInstanceOf(BadOption.class)
                    .hasMessage("--pid-file must not be a file that holds anything but a pid: " + path);
            assertThat(path).hasContent(precious);
        }
    }

    @Test
    void refusesAPlaceWhereThereCanBeNone() {
        assertThatThrownBy(() -> PidFile.take(folder)).hasMessage("--pid-file must be a regular file: " + folder);
        assertThatThrownBy(() -> PidFile.take(Path.of("/"))).hasMessage("--pid-file must be a regular file: /");
        Path nowhere = folder.resolve("none").resolve("service.pid");
        assertThatThrownBy(() -> PidFile.take(nowhere))
                .hasMessage("--pid-file must be in a directory that exists: " + nowhere);
    }

    @Test
    void isNotRemovedWhenAnotherProcessHasTakenIt() throws Exception {
        PidFile file = PidFile.take(path);
        Files.writeString(path, "1\n");
        file.remove();
        assertThat(path).hasContent("1\n");

        Files.delete(path);
        PidFile replaced = PidFile.take(path);
        Files.delete(path);
        Files.writeString(path, OWN + "\n");
        replaced.remove();
        assertThat(path).hasContent(OWN + "\n");
    }
}
