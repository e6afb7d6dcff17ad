import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/**
 * Serves mongo-java-server's databases in memory on the port that is given. It says that it is a MongoDB 5.0, but with the wire
 * version of 4.0, which the driver refuses; all that the driver then sends it is what it understands.
 */
class Serve {
  public static void main(String[] arguments) {
    MemoryBackend backend = new MemoryBackend();
    backend.version(
        new MongoVersion() {
          @Override
          public List<Integer> getVersionArray() {
            return List.of(5, 0, 0);
          }

          @Override
          public int getWireVersion() {
            return 13;
          }
        });
    new MongoServer(backend).bind("127.0.0.1", Integer.parseInt(arguments[0]));
  }
}
