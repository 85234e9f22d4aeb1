package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a port that is taken. */
class PortHolderTest {

    private static final String LINE = "cannot listen on 0.0.0.0:7000: Address already in use; choose another port";

    /** As Linux has it in /proc. */
    @TempDir
    Path proc = Path.of("");

    private void process(int pid, String name, String... sockets) throws IOException {
        Path descriptors = Files.createDirectories(proc.resolve(pid + "/fd"));
        Files.writeString(proc.resolve(pid + "/comm"), name + "\n");
        for (int i = 0; i < sockets.length; i++) {
            Files.createSymbolicLink(descriptors.resolve(Integer.toString(i)), Path.of(sockets[i]));
        }
    }

    private void table(String name, String... lines) throws IOException {
        Files.createDirectories(proc.resolve("net"));
        Files.writeString(proc.resolve("net/" + name), "  sl  local_address rem_address   st ...\n"
                + String.join("\n", lines) + "\n");
    }

    private static String line(String port, String state, int inode) {
        return "   0: 00000000:" + port + " 00000000:0000 " + state + " 00000000:00000000 00:00000000 00000000  1000 "
                + "       0 " + inode + " 1 0000000000000000 100 0 0 10 0";
    }

    @Test
    void theProcessThatListensIsFoundByItsSocket() throws Exception {
        table("tcp", line("1388", "01", 7), line("1389", "0A", 8));
        table("tcp6", line("1388", "0A", 9));
        process(11, "connected", "pipe:[6]", "socket:[7]");
        process(12, "listening", "socket:[8]", "socket:[9]");
        assertThat(PortHolder.holder(proc, 5_000)).isEqualTo("process 12 (listening)");
        assertThat(PortHolder.holder(proc, 5_001)).isEqualTo("process 12 (listening)");
        assertThat(PortHolder.holder(proc, 5_002)).isNull();
    }

    @Test
    void aProcessThatMayNotBeLookedIntoStaysUnknown() throws Exception {
        table("tcp", line("1388", "0A", 9));
        Files.createDirectories(proc.resolve("13"));
        assertThat(PortHolder.holder(proc, 5_000)).isNull();
        assertThat(PortHolder.holder(proc.resolve("none"), 5_000)).isNull();
    }

    @Test
    void onMacOsTheReceiverOfAirPlayIsNamed() {
        String before = System.setProperty("os.name", "Mac OS X");
        try {
            assertThat(PortHolder.explain(LINE)).isEqualTo("cannot listen on 0.0.0.0:7000: Address already in use; "
                    + "choose another --port; macOS keeps 7000 for AirPlay Receiver (System Settings, General, AirDrop "
                    + "& Handoff)");
            assertThat(PortHolder.explain(LINE.replace("7000", "7001"))).endsWith("choose another --port");
        } finally {
            System.setProperty("os.name", before);
        }
    }
}
