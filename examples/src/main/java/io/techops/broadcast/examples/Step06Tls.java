package io.techops.broadcast.examples;

import io.techops.broadcast.tyrus.BroadcastServer;
import java.io.File;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

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
     * @throws NullPointerException if the password is missing
     * @throws IOException if the key store cannot be read, or the password is wrong
     * @throws GeneralSecurityException if there is no key in it that can be used
     */
    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        String secret = Objects.requireNonNull(System.getenv("KEYS_PASSWORD"), "KEYS_PASSWORD is not set");
        char[] password = secret.toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(new File(arguments[0]), password), password);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);

        BroadcastServer server = BroadcastServer.builder()
                .port(arguments.length == 1 ? 5000 : Integer.parseInt(arguments[1]))
                .tls(tls)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        System.out.println("Listening on " + server.uri());
    }
}
