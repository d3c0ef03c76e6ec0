/**
 * Words of the product's own sentences and of the files that it reads. A password that is such a word is hidden where it is
 * written as a value, and not wherever the word occurs. The report would be unreadable otherwise, and its holes would tell the
 * password.
 */
const WORDS: ReadonlySet<string> = new Set(
  (
    'a able about above account acl actions add address admin after again age alert alias all allow also alpine always an and annotations another answer ' +
    'answers any anybody api app application apply are args argument arguments as asks at auth authenticate away aws azure b back base be ' +
    'because been before begin begins below beside best better between big bin bitnami body boolean both bridge broken browser build bus but by ' +
    'cache cached caches caching call called calls can cannot cap case certificate change changes character check chart chat class clear ' +
    'client clients closed cloud cluster code command commands comment compose computed config configuration configured connect connection ' +
    'connections connects contain container containers content control coordination core count cpu create critical current custom daemon ' +
    'dashboard data database databases date day days db debug decode default defaults delete deny deploy deployment dev development diff ' +
    'differ different directory disable disabled disk do docker document documentation does dollar done dotenv down drop duration each edit ' +
    'effective either else empty enable enabled end endpoint ends entry env environment error errors every everyone everything evicts ' +
    'example exist exists expect exporter external fail failed failing fails failure false family fatal field file files find finding ' +
    'findings first fix flag flush for force form format found fraction free from full function future gateway gateways general get gets give ' +
    'given go goes good grafana group guest had half has have health hello help here hidden hides high his hit hits home host hostname ' +
    'hosts hour http https id idle if image in include index info inside install instance instead internal into is it items its job json ' +
    'keep keeps key keys kind kubernetes label labels large last later latest least length less level like limit limits line lines link ' +
    'list listen literal live llm load local localhost location lock log logging login logs long look looked low lru machine made main ' +
    'make makes many map master match max maxmemory may me mean meaning means medium memory merge message messages metadata method metrics ' +
    'min minute minutes miss missing mock mode model models module more most mount must my name named names namespace need needs network ' +
    'never new next no nobody node nodes noeviction none normal not note nothing notice now null number object of off old oldest on once one ' +
    'only open openai operator option options or order origin other others out outside over own owner page pages parameter params part parts pass ' +
    'passwd password path people per persistence ping place plain please pod policy pool port ports post postgres prefix price primary print ' +
    'private problem process prod production profile program project prometheus protocol provider proxy public pull push put query queue ' +
    'quote quotes raise range rate read reader reads ready real reason redis rediss reference refused region release releases remote remove ' +
    'replace replica replicas report reports request requests required reset resource resources response rest restart result retries retry ' +
    'right role root round route router routes rule rules run running runs same sample save schema script second seconds secret secrets ' +
    'section see select self send sentinel serve server servers service services set sets setting settings several severity shared shell ' +
    'short shows side simple since single size sleep slot small so socket some source space spec spend ssl stack staging standard start ' +
    'started starts startup state status still stop stops storage store strategy string strong sub such summary support sync system table tag ' +
    'take taken target task tcp team template temporary test testing text than that the their them then there these they thing third this those ' +
    'three threshold through time timeout times title tls to together token tokens too tools top total tracked traffic transaction true try ' +
    'twice two type types under undefined unit unix unknown unless until unused up update upstream url usage use used user username users ' +
    'uses using valid value values valkey variable variables verified version very via volume volumes wait want warn warning was watch way ' +
    'web well were what when where whether which while who whole why will with within without word words work worker workers works world ' +
    'write writes written wrong yaml yes yet you your zero zone ' +
    'litellm redis-server valkey-server redis-cli redis-stack changeme'
  ).split(' '),
);

/**
 * Whether a secret is so short or so common that a text would be destroyed if it were hidden wherever it occurs. That is a
 * word of the vocabulary, fewer than three characters, or a number of up to five digits.
 */
export function isOrdinary(secret: string): boolean {
  return secret.length < 3 || WORDS.has(secret.toLowerCase()) || /^\d{1,5}$/.test(secret) || /^(.)\1*$/s.test(secret.slice(0, 64));
}
