package io.techops.broadcast.examples;

import io.techops.broadcast.tyrus.BroadcastServer;
import io.techops.broadcast.tyrus.ServerKeys;
import java.nio.file.Path;

/**
 * Step 6, encrypted: {@code wss} with the key of a PKCS #12 file, which is the first argument; its password is in the
 * environment, where no list of processes shows it.
 *
 * <pre>
 * keytool -genkeypair -alias live -keyalg EC -dname CN=localhost -ext san=dns:localhost \
 *         -storetype PKCS12 -keystore keys.p12 -storepass changeit
 * KEYS_PASSWORD=changeit \
 *         java -cp examples/target/broadcast-service.jar io.techops.broadcast.examples.Step06Tls keys.p12
 * </pre>
 */
public final class Step06Tls {

    private Step06Tls() {
    }

    /**
     * Starts the program.
     *
     * @param arguments the key store, and the port to listen on, 5000 if there is none
     */
    public static void main(String[] arguments) {
        int port = Start.port(arguments, 1);
        String keys = Start.argument(arguments, 0, "the key store");
        String password = Start.variable("KEYS_PASSWORD", "the password of the key store");
        BroadcastServer server = BroadcastServer.builder()
                .port(port)
                .tls(ServerKeys.ofKeyStore(Path.of(keys), password.toCharArray()).context())
                .start().closeOnExit();
        System.out.println("Listening on " + server.uri());
    }
}
