package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Topics;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.tyrus.server.DependencyCheck;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a newcomer is told who has made a mistake: what happened, with which value, and what to do. */
class ErrorsTest {

    @Nested
    class ThePort {

        @Test
        void isTakenByAnotherServer() {
            try (BroadcastServer first = BroadcastServer.builder().host("127.0.0.1").port(0).path("/live").start()) {
                assertThatThrownBy(() -> BroadcastServer.builder().host("127.0.0.1").port(first.port()).path("/live")
                        .start()).isInstanceOf(UncheckedIOException.class).hasCauseInstanceOf(BindException.class)
                        .hasMessage("cannot listen on 127.0.0.1:" + first.port() + ": Address already in use; end the "
                                + "program that listens there, or set another port, 0 for any free one");
            }
        }

        @Test
        void ofThePagesIsTaken(@TempDir Path folder) {
            try (BroadcastServer first = BroadcastServer.builder().host("127.0.0.1").port(0).start()) {
                assertThatThrownBy(() -> BroadcastServer.builder().host("127.0.0.1").port(0).pages(Pages.folder(folder))
                        .pagePort(first.port()).start()).isInstanceOf(UncheckedIOException.class)
                        .hasMessageEndingWith("or set another pagePort, 0 for any free one");
            }
        }

        @Test
        void needsARight(@TempDir Path folder) throws Exception {
            String whoAmI = System.getProperty("user.name");
            String[] asNobody = whoAmI.equals("root")
                    ? new String[] {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all",
                        "--bounding-set=-all"}
                    : new String[0];
            assumeThat(asNobody.length == 0 || Files.isExecutable(Path.of("/usr/bin/setpriv")))
                    .as("running as root, and there is no setpriv to become another user").isTrue();
            Path unprivileged = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
            assumeThat(Files.exists(unprivileged) && Integer.parseInt(Files.readAllLines(unprivileged).get(0)) > 81)
                    .as("this kernel keeps port 81 for those who have a right to it").isTrue();
            assertThat(Child.runFrom(folder, 81, asNobody)).contains(
                    "java.io.UncheckedIOException: cannot listen on 127.0.0.1:81: Permission denied; a port below 1024 "
                            + "needs a right (on Linux CAP_NET_BIND_SERVICE, with systemd "
                            + "AmbientCapabilities=CAP_NET_BIND_SERVICE), or set another port");
        }
    }

    @Nested
    class TheHost {

        @Test
        void isUnknown() {
            assertThatThrownBy(() -> BroadcastServer.builder().host("no-such-host.invalid").port(0).start())
                    .isInstanceOf(UncheckedIOException.class).hasMessage("cannot listen on no-such-host.invalid:0: "
                            + "the host is unknown; host must be an address of this machine, or a name that has one");
        }

        @Test
        void isAnotherMachine() {
            assertThatThrownBy(() -> BroadcastServer.builder().host("192.0.2.1").port(0).start())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageStartingWith("cannot listen on 192.0.2.1:0: ")
                    .hasMessageEndingWith("; host must be an address of this machine");
        }
    }

    @Nested
    class TheClassPath {

        private static final String CORRECT = ", which is not on the class path or module path: add it, or do not "
                + "exclude what broadcast-tyrus depends on; in another Jakarta WebSocket container use "
                + "BroadcastEndpoint, which needs no server";

        @Test
        void isEnoughForTheProgramOfThisTest() throws Exception {
            assertThat(Child.run(jar -> true, 0)).contains("listens on ");
        }

        @ParameterizedTest
        @CsvSource({
            "grizzly-framework, org.glassfish.grizzly:grizzly-framework 4.0"})
        void lacksALibrary(String jar, String named) throws Exception {
            String lacking = Child.run(name -> !name.matches(jar + "-\\d.*"), 0);
            assertThat(lacking).contains("java.lang.IllegalStateException: the server needs " + named + CORRECT);
        }

        @Test
        void lacksGrizzlyAltogether() throws Exception {
            assertThat(Child.run(name -> !name.startsWith("grizzly"), 0))
                    .contains("java.lang.IllegalStateException: the server needs org.glassfish.grizzly:")
                    .contains(CORRECT);
        }

        @Test
        void needsTyrusForEndpointsAlone() throws Exception {
            assertThat(Child.run(name -> !name.startsWith("tyrus"), 0)).contains("listens on ");
            assertThat(Child.runHosting(jar -> true)).contains("listens on ");
            for (String jar : List.of("tyrus-spi", "tyrus-core", "tyrus-server")) {
                assertThat(Child.runHosting(name -> !name.matches(jar + "-\\d.*")))
                        .contains("java.lang.IllegalStateException: the server needs org.glassfish.tyrus:" + jar
                                + " 2.2 for the endpoints of the application" + CORRECT);
            }
        }

        @Test
        void isNotReadForTyrusWithoutEndpoints() throws Exception {
            assertThat(Child.run(jar -> true, 0, "env", "JDK_JAVA_OPTIONS=-Xlog:class+load")).contains("listens on ")
                    .contains("io.techops.broadcast.tyrus.BroadcastServer ").doesNotContain("org.glassfish.tyrus.")
                    .doesNotContain("io.techops.broadcast.tyrus.hosting.");
        }

        @Test
        void hasLibrariesThatDoNotFit() {
            assertThat(DependencyCheck.lacking(
                    new NoSuchMethodError("org.glassfish.grizzly.Something.gone()"), false))
                    .hasMessageStartingWith("the server's libraries do not fit together (java.lang.NoSuchMethodError: "
                            + "org.glassfish.grizzly.Something.gone()): it needs Grizzly 4.0, and found ")
                    .hasMessageContaining("grizzly-framework-4.0.2.jar");
        }
    }

    @Nested
    class JavaEE {

        @javax.websocket.server.ServerEndpoint("/live")
        static final class Outdated extends BroadcastEndpoint {
            Outdated(BroadcastHub hub) {
                super(hub);
            }
        }

        @Test
        void isNotJakarta() {
            try (BroadcastHub hub = BroadcastHub.create()) {
                assertThatThrownBy(() -> new Outdated(hub)).isInstanceOf(IllegalStateException.class)
                        .hasMessage(Outdated.class.getName() + " is annotated with "
                                + "javax.websocket.server.ServerEndpoint, and must be with "
                                + "jakarta.websocket.server.ServerEndpoint: this library speaks Jakarta WebSocket 2.1 "
                                + "and 2.2, which needs a container such as Tomcat 10.1, Jetty 12, Undertow 2.3 or "
                                + "Tyrus 2.2, or newer");
            }
        }
    }

    @Nested
    class AnEndpointWithTopics {

        @Test
        void needsThemInItsPath() {
            try (Topics topics = Topics.create()) {
                assertThatIllegalArgumentException().isThrownBy(() -> BroadcastEndpoint.config("/live", topics))
                        .withMessage("path must have a segment {topic}: /live");
            }
        }
    }

    @Nested
    class TheKeyStore {

        private static Path generate(Path folder) throws Exception {
            Path file = folder.resolve("keys.p12");
            Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair", "-alias", "a", "-keyalg", "EC", "-dname", "CN=localhost", "-storetype", "PKCS12",
                    "-keystore", file.toString(), "-storepass", "the right one").redirectErrorStream(true).start();
            keytool.getInputStream().readAllBytes();
            assertThat(keytool.waitFor(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return file;
        }

        @Test
        void isReadWithItsPassword(@TempDir Path folder) throws Exception {
            Path keys = generate(folder);
            try (BroadcastServer server = BroadcastServer.builder().host("127.0.0.1").port(0)
                    .tls(ServerKeys.ofKeyStore(keys, "the right one".toCharArray()).context()).start()) {
                assertThat(server.uri().getScheme()).isEqualTo("wss");
            }
            char[] wrong = "a wrong one".toCharArray();
            assertThatIllegalArgumentException().isThrownBy(() -> ServerKeys.ofKeyStore(keys, wrong))
                    .withMessage("password must be that of keyStore: " + keys);
        }

        @Test
        void isNotThere(@TempDir Path folder) {
            Path missing = folder.resolve("missing.p12");
            assertThatIllegalArgumentException().isThrownBy(() -> ServerKeys.ofKeyStore(missing, new char[0]))
                    .withMessage("keyStore must be a file that can be read: " + missing);
        }

        @Test
        void isSomethingElse(@TempDir Path folder) throws Exception {
            Path text = Files.writeString(folder.resolve("server.pem"), "-----BEGIN CERTIFICATE-----");
            assertThatIllegalArgumentException().isThrownBy(() -> ServerKeys.ofKeyStore(text, "a".toCharArray()))
                    .withMessage("keyStore must be a PKCS #12 or JKS file, and is neither: " + text);
        }
    }

    @Nested
    class ThePages {

        @Test
        void areNotThere() {
            assertThatIllegalArgumentException().isThrownBy(() -> Pages.folder(Path.of("no-such-folder"))).withMessage(
                    "folder must be an existing directory: no-such-folder, which is "
                            + Path.of("no-such-folder").toAbsolutePath());
        }
    }

    @Nested
    class AClosedHub {

        @Test
        void saysSo() {
            BroadcastHub hub = BroadcastHub.create();
            hub.close();
            assertThatThrownBy(() -> hub.broadcast("too late")).isInstanceOf(IllegalStateException.class)
                    .hasMessage("the hub is closed: it takes no messages and no peers any more");
            assertThatThrownBy(() -> BroadcastServer.builder().hub(hub).start())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("hub must not be closed: a closed hub does not open again, build a new one");
        }
    }
}
