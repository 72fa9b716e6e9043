package power

// The board and its parts, for doubles.
type (
	Board  = board
	Chip   = chip
	Output = output
)

// OpenOn is Open on another board.
func OpenOn(b Board, cfg Config) (*Line, error) { return open(b, cfg) }

// LookOn is Look at another board.
func LookOn(b Board, cfg Config) (Place, error) { return look(b, cfg) }

// RequestOn takes only the pin.
func RequestOn(b Board, cfg Config) (*Pin, error) { return request(b, cfg) }
