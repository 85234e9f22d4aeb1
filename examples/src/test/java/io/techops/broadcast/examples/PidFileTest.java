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

    @Test
    void isWrittenOnlyWhenAsked() throws Exception {
        PidFile file = PidFile.checked(path);
        assertThat(path).doesNotExist();
        file.write();
        assertThat(path).hasContent(OWN + "\n");
        assertThat(folder).isDirectoryNotContaining(other -> !other.equals(path));
        file.remove();
        assertThat(path).doesNotExist();
    }

    @Test
    void replacesOneThatIsEmptyOrHoldsTheOwnPid() throws Exception {
        for (String stale : new String[] {"", "\n", OWN, OWN + "\n"}) {
            Files.writeString(path, stale);
            PidFile.checked(path).write();
            assertThat(path).hasContent(OWN + "\n");
        }
    }

    @Test
    void replacesThatOfAProcessThatHasEnded() throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process ended = new ProcessBuilder(java.toString(), "--version")
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertThat(ended.waitFor()).isZero();
        Files.writeString(path, ended.pid() + "\n");
        PidFile.checked(path).write();
        assertThat(path).hasContent(OWN + "\n");
    }

    @Test
    void refusesThatOfAProcessThatIsAlive() throws Exception {
        String parent = Long.toString(ProcessHandle.current().parent().orElseThrow().pid());
        Files.writeString(path, parent + "\n");
        assertThatThrownBy(() -> PidFile.checked(path)).isInstanceOf(BadOption.class)
                .hasMessage("--pid-file must not be that of a process that is alive, here " + parent + ": " + path);
        assertThat(path).hasContent(parent + "\n");
    }

    @Test
    void refusesAFileThatHoldsSomethingElse() throws Exception {
        for (String precious : new String[] {"precious\n", "12 34", "-1", "1".repeat(100)}) {
            Files.writeString(path, precious);
            assertThatThrownBy(() -> PidFile.checked(path)).isInstanceOf(BadOption.class)
                    .hasMessage("--pid-file must not be a file that holds anything but a pid: " + path);
            assertThat(path).hasContent(precious);
        }
    }

    @Test
    void refusesAPlaceWhereThereCanBeNone() {
        assertThatThrownBy(() -> PidFile.checked(folder)).hasMessage("--pid-file must be a regular file: " + folder);
        assertThatThrownBy(() -> PidFile.checked(Path.of("/"))).hasMessage("--pid-file must be a regular file: /");
        Path nowhere = folder.resolve("none").resolve("service.pid");
        assertThatThrownBy(() -> PidFile.checked(nowhere))
                .hasMessage("--pid-file must be in a directory that exists: " + nowhere);
    }

    @Test
    void isNotRemovedWhenAnotherProcessHasTakenIt() throws Exception {
        PidFile file = PidFile.checked(path);
        file.write();
        Files.writeString(path, "1\n");
        file.remove();
        assertThat(path).hasContent("1\n");
    }
}
